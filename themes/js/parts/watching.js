// Who is on this record's page: [data-watching] with data-live-url. Said every twenty seconds while the page is in front,
// taken back when it is not; a note that is being typed is told at most every four seconds.
import { meta, on } from "./dom.js"

const EVERY = 20000
const WRITING = 4000
const here = () => document.querySelector("[data-watching]")
let said = 0

setInterval(() => !document.hidden && look(), EVERY)
document.addEventListener("visibilitychange", () => (document.hidden ? say("/left") : look()))
window.addEventListener("pagehide", () => say("/left"))

on("input", "form[action$='/notes'] textarea", () => {
  if (Date.now() - said < WRITING) return
  said = Date.now()
  say("")
})

function look() {
  const line = here()
  if (line) window.htmx.ajax("GET", line.dataset.liveUrl, { target: line, swap: "outerMorph", source: line })
}

function say(what) {
  const url = here()?.dataset.liveUrl
  const headers = { "X-CSRF-Token": meta("csrf-token"), "HX-Request": "true" }
  if (url) fetch(url + what, { method: "POST", headers, keepalive: true }).catch(() => null)
}
