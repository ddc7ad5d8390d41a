// For clients and visitors: the same without what only staff use.
import "./parts/common.js"
