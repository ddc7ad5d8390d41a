// Lists under the hand: j k move, Enter opens, Space peeks, x selects, Shift x a range.
//
//   data-list on the table or list, data-row on each row, .row-link in it (data-peek="url" for what Space shows),
//   input[data-select] in a row, input[data-select-all] in the head, [data-selection-bar] with [data-selection-count].
import { on, ready, surface, typing, visible } from "./dom.js"
import { fetchInto } from "./layers.js"

const rows = () => [...surface().querySelectorAll("[data-list] [data-row]")].filter(visible)
let last = null

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
  if (document.documentElement.dataset.letterKeys === "off" && event.key.length === 1 && event.key !== " ") return
  const act = { j: move(1), k: move(-1), J: move(1), K: move(-1), Enter: openRow, " ": peek, x: select, X: range }[event.key]
  if (act?.() === true) event.preventDefault()
})

const current = () => surface().querySelector("[data-row][data-current]")

const move = (step) => () => {
  const all = rows()
  if (!all.length) return false
  const at = all.indexOf(current())
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)]
  mark(next)
  return true
}

// Whoever came by Tab or by the mouse has that row under the hand, so that its keys do not reach another one.
on("focusin", "[data-list] [data-row]", (_, row) => hold(row))

function hold(row) {
  if (row.hasAttribute("data-current")) return
  for (const other of document.querySelectorAll("[data-row][data-current]")) other.removeAttribute("data-current")
  row.setAttribute("data-current", "")
}

function mark(row) {
  hold(row)
  row.querySelector(".row-link")?.focus({ preventScroll: true })
  row.scrollIntoView({ block: "nearest" })
}

function openRow() {
  if (document.activeElement?.matches("a, button, summary, input")) return false
  current()?.querySelector(".row-link")?.click()
  return Boolean(current())
}

function peek() {
  if (document.activeElement?.matches("button, summary, input")) return false
  const link = current()?.querySelector("[data-peek]")
  if (!link) return false
  show(link)
  return true
}

/** The record that is looked at stands in the address, so that a copied link shows it too. */
async function show(link) {
  address(link.closest("[data-row]").id)
  await fetchInto("sheet", link.dataset.peek)
  document.getElementById("sheet").addEventListener("close", () => address(""), { once: true })
}

function address(id) {
  const url = new URL(location.href)
  if (id) url.searchParams.set("peek", id)
  else url.searchParams.delete("peek")
  history.replaceState(history.state, "", url)
}

ready(() => {
  const id = new URL(location.href).searchParams.get("peek")
  const link = id && document.getElementById(id)?.querySelector("[data-peek]")
  if (!link) return
  mark(link.closest("[data-row]"))
  show(link)
})

// What they are to be changed to comes first.
on("click", "[data-selection-bar] .join button", (event, button) => {
  const choice = button.closest(".join").querySelector("select, input")
  if (!choice || choice.value) return
  event.preventDefault()
  choice.focus()
})

function select() {
  const box = current()?.querySelector("[data-select]")
  if (!box) return false
  box.checked = !box.checked
  changed(box)
  return true
}

function range() {
  const to = current()?.querySelector("[data-select]")
  if (!to) return false
  between(last, to, true)
  return true
}

function between(from, to, checked) {
  const boxes = [...(to.closest("[data-list]")?.querySelectorAll("[data-select]") ?? [])]
  const [low, high] = [boxes.indexOf(from ?? to), boxes.indexOf(to)].sort((a, b) => a - b)
  for (const box of boxes.slice(Math.max(low, 0), high + 1)) box.checked = checked
  changed(to)
}

function changed(box) {
  last = box
  box.dispatchEvent(new Event("change", { bubbles: true }))
}

on("click", "[data-select]", (event, box) => {
  if (event.shiftKey && last && last !== box) between(last, box, box.checked)
  last = box
})
on("change", "[data-select]", (_, box) => count(box.closest("[data-list]")))
on("change", "[data-select-all]", (_, head) => {
  const list = head.closest("[data-list]")
  for (const box of list.querySelectorAll("[data-select]")) box.checked = head.checked
  count(list)
})
on("click", "[data-select-none]", () => {
  for (const list of document.querySelectorAll("[data-list]")) {
    for (const box of list.querySelectorAll("[data-select], [data-select-all]")) box.checked = false
    count(list)
  }
})
document.addEventListener("htmx:after:swap", () => {
  for (const list of document.querySelectorAll("[data-list]")) count(list)
})

function count(list) {
  if (!list) return
  const boxes = [...list.querySelectorAll("[data-select]")]
  const chosen = boxes.filter((box) => box.checked).length
  const head = list.querySelector("[data-select-all]")
  if (head) {
    head.checked = chosen > 0 && chosen === boxes.length
    head.indeterminate = chosen > 0 && chosen < boxes.length
  }
  const bar = list.closest("form")?.querySelector("[data-selection-bar]") ?? document.querySelector("[data-selection-bar]")
  if (!bar) return
  bar.hidden = chosen === 0
  const said = bar.querySelector("[data-selection-count]")
  said.textContent = (said.dataset.words ?? "%d").replace("%d", chosen.toLocaleString(document.documentElement.lang))
}

// The row that was pressed is the current one.
on("focusin", "[data-row]", (_, row) => {
  if (row.hasAttribute("data-current")) return
  for (const other of document.querySelectorAll("[data-row][data-current]")) other.removeAttribute("data-current")
  row.setAttribute("data-current", "")
})
