// What every htmx request carries, and what a person is told when one fails.
import { clone, meta, on } from "./dom.js"

const SAFE = /^(GET|HEAD|QUERY)$/

document.addEventListener("htmx:config:request", ({ detail }) => {
  const { request } = detail.ctx
  if (!SAFE.test(request.method)) request.headers["X-CSRF-Token"] = meta("csrf-token")
})

// A whole page in answer to a request for a part: a refused form replaces the page, anything else is told in words.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const { status } = ctx.response
  if (status < 400) return clear(ctx.sourceElement)
  if (!/^\s*<(!doctype|html)/i.test(ctx.text) || ctx.select) return
  if (status === 422) {
    ctx.target = document.body
    ctx.swap = "outerSync"
    return
  }
  ctx.swap = "none"
  const page = new DOMParser().parseFromString(ctx.text, "text/html")
  tell(ctx.sourceElement, words(page, "detail"), words(page, "code"))
})

document.addEventListener("ui:problem", () => tell(document.body))

/** What to say when the device has no connection; empty while it has one, or where the page has no words for it. */
export function lost() {
  return navigator.onLine ? "" : (document.getElementById("problem-template")?.dataset.offline ?? "")
}

// What asks by itself every so often asks again: nobody pressed anything, so nobody is told.
document.addEventListener("htmx:error", ({ detail }) => {
  if (!detail.ctx || detail.error?.name === "AbortError") return
  if (!detail.ctx.sourceElement?.matches?.("[hx-trigger*=every]")) tell(detail.ctx.sourceElement, lost())
})

function words(page, name) {
  return page.querySelector(`[data-error-${name}]`)?.textContent.trim() ?? ""
}

/** Says it near what was pressed: in the open layer, else at the top of the page's content. */
export function tell(source, text = "", code = "") {
  const note = clone("problem-template")
  if (!note) return
  clear(source)
  if (text) note.querySelector("[data-problem-text]").textContent = text
  note.querySelector("[data-problem-code]").textContent = code
  place(source)?.append(note)
  note.scrollIntoView({ block: "nearest" })
}

function clear(source) {
  place(source)?.querySelector(":scope > .note-error[role=alert]")?.remove()
}

function place(source) {
  const within = source?.isConnected ? source : document.body
  return within.closest("dialog")?.querySelector(".layer-body") ?? document.querySelector("[data-problems]")
}

on("click", "[data-dismiss]", (_, button) => button.closest("[role=alert], .note")?.remove())

// A thin line on top once waiting has become noticeable.
let pending = 0
const bar = document.createElement("div")
bar.className = "page-progress"
bar.setAttribute("aria-hidden", "true")
document.addEventListener("htmx:before:request", () => show(1))
document.addEventListener("htmx:finally:request", () => show(-1))
function show(change) {
  pending = Math.max(0, pending + change)
  if (!bar.isConnected) document.body.append(bar)
  bar.toggleAttribute("data-on", pending > 0)
}
