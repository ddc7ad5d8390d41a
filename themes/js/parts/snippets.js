// `/` at the beginning of a word opens the snippets: textarea[data-snippets="url"]. Typing narrows, arrows choose, Enter puts
// it in, Esc leaves the slash where it is.
import { on } from "./dom.js"

const TRIGGER = /(^|\s)\/([\w -]{0,30})$/
const lists = new Map() // url → Promise of [{label, body, text}]
let open = null // {field, box, items, at}

const fetched = (url) => {
  if (!lists.has(url)) {
    const answer = fetch(url, { headers: { "HX-Request": "true" } }).then((found) => (found.ok ? found.text() : ""))
    lists.set(url, answer.catch(() => ""))
  }
  return lists.get(url)
}

on("input", "textarea[data-snippets]", async (_, field) => {
  const typed = TRIGGER.exec(field.value.slice(0, field.selectionStart))
  if (!typed) return close()
  const text = await fetched(field.dataset.snippets)
  if (document.activeElement !== field) return
  show(field, text, typed[2].trim().toLocaleLowerCase())
})

function show(field, text, wanted) {
  close()
  const box = document.createElement("div")
  box.className = "snippets"
  box.innerHTML = text
  const items = [...box.querySelectorAll("[role=option]")].filter((item) => {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted)
    return !item.hidden
  })
  if (!items.length && wanted) return
  field.after(box)
  open = { field, box, items, at: 0 }
  mark()
}

function mark() {
  for (const [place, item] of open.items.entries()) item.setAttribute("aria-selected", String(place === open.at))
  const item = open.items[open.at]
  if (!item) return
  open.field.setAttribute("aria-activedescendant", item.id)
  item.scrollIntoView({ block: "nearest" })
}

function close() {
  open?.box.remove()
  open?.field.removeAttribute("aria-activedescendant")
  open = null
}

function put(item) {
  const { field } = open
  close()
  const before = field.value.slice(0, field.selectionStart).replace(TRIGGER, "$1")
  const after = field.value.slice(field.selectionStart)
  field.value = before + item.dataset.body + after
  const at = before.length + item.dataset.body.length
  field.setSelectionRange(at, at)
  field.focus()
  field.dispatchEvent(new Event("input", { bubbles: true }))
}

document.addEventListener(
  "keydown",
  (event) => {
    if (!open || event.target !== open.field) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) open.at = (open.at + step + open.items.length) % Math.max(1, open.items.length)
    else if ((event.key === "Enter" || event.key === "Tab") && open.items[open.at]) put(open.items[open.at])
    else if (event.key === "Escape") close()
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (open && step) mark()
  },
  { capture: true },
)
on("pointerdown", ".snippets [role=option]", (event, item) => {
  event.preventDefault()
  put(item)
})
on("focusout", "textarea[data-snippets]", () => setTimeout(() => open && document.activeElement !== open.field && close(), 150))
