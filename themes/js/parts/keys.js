// Keys of a surface stand on its elements: data-key="c" (with data-key-label when the text does not say it), links of the
// navigation have data-go for what follows `g`. Letters never fire while something is typed, nor when switched off.
import { on, surface, typing, visible } from "./dom.js"
import { open } from "./layers.js"

const NAMES = { "?": "?", " ": "Space" }
let prefixed = 0

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return
  if (event.key === "Escape" && typing(event.target) && !document.querySelector("dialog[open], :popover-open")) event.target.blur()
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return submit(event)
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off()) return
  if (event.key === "?") return list(event)
  if (prefixed > Date.now()) return go(event)
  if (event.key === "g" && document.querySelector("[data-go]")) {
    prefixed = Date.now() + 1500
    return
  }
  const found = holder(event.key)
  if (found) press(event, found)
})

function off() {
  return document.documentElement.dataset.letterKeys === "off"
}

function submit(event) {
  const form = event.target.closest?.("form")
  if (!form) return
  event.preventDefault()
  form.requestSubmit()
}

function go(event) {
  prefixed = 0
  const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)
  if (link) press(event, link)
}

/** The element with this key on the layer on top; in a call under way and in the current row before anywhere else. */
function holder(key) {
  const held = `[data-key="${CSS.escape(NAMES[key] ?? key)}"]`
  const layer = surface()
  const near = [...layer.querySelectorAll(`[data-call-form] ${held}, [data-current] ${held}`)]
  return [...near, ...layer.querySelectorAll(held)].find(visible)
}

export function press(event, element) {
  event.preventDefault()
  if (typing(element)) {
    element.focus()
    element.select?.()
  } else element.click()
}

on("click", "[data-keys]", (event, button) => {
  button.closest("[popover]")?.hidePopover()
  list(event)
})

/** The sheet of what works here. */
function list(event) {
  const sheet = document.getElementById("keys")
  const into = sheet?.querySelector("[data-keys-list]")
  if (!into || sheet.open) return
  event.preventDefault()
  into.replaceChildren()
  const seen = new Set()
  for (const element of surface().querySelectorAll("[data-key]")) {
    const { key } = element.dataset
    if (seen.has(key) || !visible(element)) continue
    seen.add(key)
    line(into, [key], said(element))
  }
  for (const link of document.querySelectorAll("[data-go]")) {
    if (seen.has(`g${link.dataset.go}`)) continue
    seen.add(`g${link.dataset.go}`)
    line(into, ["g", link.dataset.go], said(link))
  }
  const everywhere = document.getElementById("keys-everywhere").content.cloneNode(true)
  for (const line of [...everywhere.children])
    if (seen.has(line.querySelector("dt").textContent) || (line.dataset.of && !surface().querySelector(line.dataset.of))) line.remove()
  into.append(everywhere)
  open(sheet)
}

export function said(element) {
  return element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim().replace(/\s+/g, " ")
}

function line(into, keys, text) {
  const term = document.createElement("dt")
  for (const key of keys) {
    const cap = document.createElement("kbd")
    cap.className = "kbd"
    cap.textContent = key
    term.append(cap)
  }
  const meaning = document.createElement("dd")
  meaning.textContent = text
  into.append(term, meaning)
}
