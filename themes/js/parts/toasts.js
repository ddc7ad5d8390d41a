// What was just done, with Undo for ten seconds. Time stands still while a hand or the focus is on it.
import { clone, meta, on, ready, refresh } from "./dom.js"
import { tell } from "./requests.js"

const SECONDS = 10

class Toasts extends HTMLElement {
  connectedCallback() {
    for (const note of this.querySelectorAll("[data-toast]")) this.#start(note)
  }

  show(text, undoUrl = "") {
    const note = clone("toast-template")
    note.querySelector("[data-toast-text]").textContent = text
    const form = note.querySelector("[data-undo]")
    if (undoUrl) {
      form.hidden = false
      form.action = undoUrl
      form.elements._csrf.value = meta("csrf-token")
    }
    for (const old of [...this.querySelectorAll("[data-toast]")].slice(0, -2)) old.remove()
    this.append(note)
    const voice = this.querySelector("[data-toast-voice]")
    if (voice) voice.textContent = text
    this.#start(note)
  }

  #start(note) {
    let left = SECONDS
    const timer = setInterval(() => {
      if (!note.isConnected) return clearInterval(timer)
      if (note.matches(":hover, :focus-within") || document.hidden) return
      left -= 1
      if (left > 0) return
      note.remove()
    }, 1000)
  }
}
customElements.define("ui-toasts", Toasts)

export function toast(text, undoUrl) {
  document.querySelector("ui-toasts")?.show(text, undoUrl)
}

document.addEventListener("ui:toast", ({ detail }) => toast(detail.text, detail.undo_url))
on("click", "[data-toast-close]", (_, button) => button.closest("[data-toast]").remove())

on("submit", "[data-undo]", async (event, form) => {
  event.preventDefault()
  const headers = { "HX-Request": "true", "X-CSRF-Token": meta("csrf-token") }
  const answer = await fetch(form.action, { method: "POST", headers, body: new URLSearchParams(new FormData(form)) }).catch(() => null)
  form.closest("[data-toast]").remove()
  if (!answer?.ok) return tell(document.body)
  // Undone where something else stands by now: go back to it.
  const back = answer.headers.get("HX-Location")
  if (back?.startsWith("/")) return location.assign(back)
  const said = answer.headers.get("HX-Trigger")
  if (said?.startsWith("{")) {
    const next = JSON.parse(said)["ui:toast"]
    if (next) toast(next.text, next.undo_url)
  }
  refresh()
})

ready(() => {
  for (const link of document.querySelectorAll("ui-toasts .without-scripts")) link.remove()
})
