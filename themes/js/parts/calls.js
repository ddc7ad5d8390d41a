// The form under a call: what follows from the outcome chosen, Shift Enter, notes kept as they are typed.
import { each, meta, on, typing, visible } from "./dom.js"

const WAIT = 1200

each("form[data-call-form]", (form) => {
  chosen(form)
  const first = form.querySelector("textarea")
  if (form.querySelector("input[name=outcome]:checked")) return
  if (!typing(document.activeElement)) first?.focus({ preventScroll: true })
})
on("change", "form[data-call-form] input[name=outcome]", (_, radio) => chosen(radio.form))

/** Shows what the outcome does and asks only what it wants to know. */
function chosen(form) {
  const radio = form.querySelector("input[name=outcome]:checked")
  const said = form.querySelector("[data-follows-text]")
  if (said) said.textContent = radio?.dataset.follows ?? ""
  for (const part of form.querySelectorAll("[data-for]")) part.hidden = radio?.dataset.asks !== part.dataset.for
}

// Esc leaves the notes, so that the numbers work; Shift Enter saves and stays.
document.addEventListener("keydown", (event) => {
  const form = [...document.querySelectorAll("form[data-call-form]")].find(visible)
  if (!form || event.isComposing || document.querySelector("dialog[open]")) return
  if (event.key === "Escape" && form.contains(event.target) && typing(event.target)) {
    event.preventDefault()
    event.target.blur()
  }
  if (event.key === "Enter" && event.shiftKey && !typing(event.target)) {
    event.preventDefault()
    event.stopImmediatePropagation()
    form.requestSubmit(form.querySelector("button[value=stay]"))
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.contains(event.target)) {
    event.preventDefault()
    event.stopImmediatePropagation()
    form.requestSubmit(form.querySelector("button[value=next]"))
  }
}, { capture: true })

const timers = new WeakMap()
on("input", "[data-autosave]", (_, field) => {
  clearTimeout(timers.get(field))
  timers.set(field, setTimeout(() => keep(field), WAIT))
})

function keep(field) {
  if (!field.isConnected) return
  const body = new URLSearchParams({ [field.name]: field.value })
  const headers = { "X-CSRF-Token": meta("csrf-token"), "HX-Request": "true" }
  fetch(field.dataset.autosave, { method: "POST", headers, body, keepalive: true }).catch(() => null)
}
