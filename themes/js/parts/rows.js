// What is done to the row under the hand in a list of records: a assigns, s moves, . shows what else can be done.
// With rows selected, a and s lead to the bar over them.
//
//   data-verbs on the list (its rows have .row-link): the record's address + /assign, /move, /menu open in a dialog;
//   data-menu-only beside it where there is no more than the menu
import { on, surface, typing } from "./dom.js"
import { fetchInto } from "./layers.js"

const SHEETS = { a: "assign", s: "move", ".": "menu" }

document.addEventListener(
  "keydown",
  (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    if (document.documentElement.dataset.letterKeys === "off" || !SHEETS[event.key]) return
    if (surface() !== document.body) return
    const bar = document.querySelector("[data-selection-bar]:not([hidden])")
    const field = bar?.querySelector(`[data-bulk-key="${event.key}"]`)
    const row = document.querySelector("[data-verbs] [data-row][data-current]")
    const none = !row || (event.key !== "." && row.closest("[data-menu-only]"))
    if (!field && none) return
    event.preventDefault()
    event.stopPropagation()
    if (field) field.focus()
    else sheet(row, SHEETS[event.key])
  },
  { capture: true },
)

function sheet(row, verb) {
  const address = new URL(row.querySelector(".row-link").href)
  fetchInto("dialog", `${address.pathname}/${verb}?next=${encodeURIComponent(location.pathname + location.search)}`)
}

on("click", "[data-row-menu]", (event, button) => {
  event.preventDefault()
  sheet(button.closest("[data-row]"), "menu")
})

// A cell that is changed where it stands: what it holds becomes a small form, Esc brings it back.
on("click", "[data-cell]", async (event, button) => {
  const cell = button.closest("td")
  const address = new URL(cell.closest("[data-row]").querySelector(".row-link").href).pathname
  const before = cell.innerHTML
  await window.htmx.ajax("GET", `${address}/cell/${button.dataset.cell}`, { target: cell, swap: "innerHTML", source: cell })
  const field = cell.querySelector("select, input:not([type=hidden])")
  field?.focus()
  const away = (key) => {
    if (key.key !== "Escape") return
    key.stopPropagation()
    cell.innerHTML = before
    window.htmx.process(cell)
    cell.querySelector("[data-cell]")?.focus()
  }
  field?.addEventListener("keydown", away)
})

// Enter in a cell sends the cell, never the form of the rows around it.
on("keydown", "[data-cell-input]", (event, field) => {
  if (event.key !== "Enter") return
  event.preventDefault()
  field.blur()
})

// The server may ask for a sheet in answer to something small: HX-Trigger: {"ui:sheet": {"url": …}}
document.addEventListener("ui:sheet", ({ detail }) => fetchInto("dialog", detail.url))
