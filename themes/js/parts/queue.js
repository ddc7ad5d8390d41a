// The queue: the next lead is fetched while this one is worked, so that saving shows it at once.
//
//   #at-hand[data-lead]        who is before the eyes, [data-following] who was fetched to come after; [data-row][data-lead][data-workable] are the next ones
//   ui:saved (from the server) the call has its outcome: go on, or stay when it says so
import { on } from "./dom.js"

const HEADERS = { "HX-Request": "true" }
const hand = () => document.getElementById("at-hand")
let waiting = null // {lead, html: Promise<string>}

const leadOf = (row) => row.dataset.lead
const following = () =>
  [...document.querySelectorAll("#queue-rows [data-row][data-workable]")]
    .filter((row) => !row.classList.contains("is-leaving"))
    .map(leadOf)
    .find((lead) => lead !== hand()?.dataset.lead)

/** The fragment with the parts that it would fetch by itself already in it. */
async function whole(lead) {
  const answer = await fetch(`/agent/queue/at-hand?lead=${lead ?? ""}`, { headers: HEADERS }).catch(() => null)
  if (!answer?.ok) return null
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  const parts = [...page.querySelectorAll("[hx-get][hx-trigger=load]")]
  await Promise.all(
    parts.map(async (part) => {
      const inner = await fetch(part.getAttribute("hx-get"), { headers: HEADERS }).catch(() => null)
      if (inner?.ok) part.outerHTML = await inner.text()
    }),
  )
  return page.body.innerHTML
}

let soon = 0
function prepare() {
  clearTimeout(soon)
  soon = setTimeout(() => {
    const lead = hand() && following()
    if (!lead || waiting?.lead === lead) return
    waiting = { lead, html: whole(lead) }
    waiting.html.then((html) => html && hand()?.setAttribute("data-following", lead))
  }, 400)
}

if (document.body?.querySelector("#at-hand")) prepare()
else document.addEventListener("DOMContentLoaded", prepare)
document.addEventListener("htmx:after:swap", (event) => event.target?.closest?.("#queue") && prepare())
document.addEventListener("ui:rows", prepare)
// What was fetched long ago may no longer be so.
setInterval(() => {
  waiting = null
  prepare()
}, 120_000)

document.addEventListener("ui:saved", async ({ detail }) => {
  if (!hand()) return
  if (detail?.stay) return show(await whole(hand().dataset.lead), hand().dataset.lead)
  const began = performance.now()
  const lead = waiting?.lead
  const html = (await waiting?.html) ?? (await whole(""))
  waiting = null
  await show(html, lead ?? "")
  performance.measure("ui-next", { start: began })
})

async function show(html, lead) {
  if (!html) return location.assign("/agent")
  await window.htmx.swap({ text: html, target: hand(), swap: "outerHTML", sourceElement: document.body })
  const now = hand()?.dataset.lead || lead
  history.replaceState(history.state, "", now ? `/agent?lead=${now}` : "/agent")
  window.scrollTo({ top: 0 })
  document.querySelector("#brief h2 a")?.focus({ preventScroll: true })
  relist(now)
}

/** The list beside it, in order again, with the one at hand marked. */
function relist(lead) {
  const list = document.getElementById("queue-list")
  if (!list) return
  window.htmx.ajax("GET", `/agent/queue/list?lead=${lead}`, { target: list, swap: "outerMorph", source: list })
}

// Time is over: an offer has moved on, a call has become lawful.
on("ui:over", "#queue-list time, #brief time", () => relist(hand()?.dataset.lead ?? ""))

// Who of those that left the list took them.
document.addEventListener("ui:rows", ({ detail }) => {
  for (const told of detail.fresh.querySelectorAll("[data-gone]")) {
    const row = document.getElementById(told.dataset.gone)
    const hint = row?.querySelector("[data-reason]")
    if (hint) hint.textContent = told.textContent.trim()
  }
})

// The bar at the bottom of a phone presses what is further up, or goes there.
on("click", "a[data-press]", (event, link) => {
  const target = document.querySelector(link.dataset.press)
  if (!target) return
  event.preventDefault()
  if (target.matches("button")) target.click()
  else target.scrollIntoView({ block: "center" })
})
