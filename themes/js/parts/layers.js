// Dialogs and sheets. The element takes the focus and gives it back; Esc closes the one on top.
//
//   data-open="id"     opens a dialog of this page
//   data-close         closes the layer it stands in (a link with it still leads somewhere without scripts)
//   a[data-dialog]     fetches its address into a dialog, a[data-sheet] into a sheet at the side;
//                      data-sheet="/other" fetches that one, while the link itself leads to a whole page
//   a[data-sheet-small] the same, but only on a phone
import { on } from "./dom.js"

export function open(layer) {
  if (!layer || layer.open) return
  layer.showModal()
  const first = layer.querySelector("[autofocus], .error-summary, .layer-body :is(input:not([type=hidden]), select, textarea)")
  ;(first ?? layer.querySelector("[tabindex='-1']"))?.focus()
}

on("click", "[data-open]", (event, button) => {
  event.preventDefault()
  open(document.getElementById(button.dataset.open))
})

on("click", "[data-close]", (event, button) => {
  const layer = button.closest("dialog")
  if (!layer) return
  event.preventDefault()
  layer.close()
})

// A press outside closes, but not over something half typed.
document.addEventListener("pointerdown", (event) => {
  const layer = event.target
  if (!(layer instanceof HTMLDialogElement) || !layer.open || dirty(layer)) return
  const box = layer.getBoundingClientRect()
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom
  if (!inside) layer.close()
})

function dirty(layer) {
  return [...layer.querySelectorAll("input, textarea")].some(
    (field) => field.type !== "hidden" && (field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue),
  )
}

for (const kind of ["dialog", "sheet"])
  on("click", `a[data-${kind}]`, (event, link) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return
    event.preventDefault()
    fetchInto(kind, link.dataset[kind] || link.href)
  })

// What stands in the page where there is room, and in a sheet on a phone.
on("click", "a[data-sheet-small]", (event, link) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button || !matchMedia("(width < 40rem)").matches) return
  event.preventDefault()
  fetchInto("sheet", link.dataset.sheetSmall)
})

/** Loads a fragment into the shared dialog or sheet and opens it once the content is there. */
export async function fetchInto(kind, url) {
  const layer = document.getElementById(kind)
  const content = document.getElementById(`${kind}-content`)
  await window.htmx.ajax("GET", url, { target: content, swap: "innerHTML", source: content })
  if (!content.childElementCount) return
  const opener = document.activeElement
  open(layer)
  layer.addEventListener("close", () => content.replaceChildren(), { once: true })
  layer.addEventListener("close", () => opener?.isConnected && opener.focus(), { once: true })
}

// The server may ask for the layer to be closed when it has done what was asked: HX-Trigger: ui:close
document.addEventListener("ui:close", () => {
  for (const layer of document.querySelectorAll("dialog[open]")) layer.close()
})

// Browsers without invoker commands get them.
if (!("command" in HTMLButtonElement.prototype))
  on("click", "button[commandfor]", (_, button) => {
    const layer = document.getElementById(button.getAttribute("commandfor"))
    if (button.getAttribute("command") === "show-modal") open(layer)
    if (button.getAttribute("command") === "close") layer?.close()
  })
