// The board alone asks for this one, when somebody who may move cards has opened it.
export { default } from "sortablejs/modular/sortable.core.esm.js"
