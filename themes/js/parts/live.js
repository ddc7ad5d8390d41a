// Live hints. One event stream per browser: the visible tab leads and tells the others.
//
// The server sends events `change` with {"topics": ["leads", "leads:<id>"]}, and `resync` after a gap. For each topic
//   - an event `live:<topic>` reaches the body, for hx-trigger="live:leads from:body";
//   - an element with data-live="leads leads:<id>" fetches data-live-url (itself) and lets the change flow in;
//     a list (data-live="leads" data-live-list) takes changed rows in place and keeps new ones behind a "3 new" pill;
//     a row that says data-first (its minute has come) goes to the top at once, behind those that did before it.
// What is being edited, pointed at or focused does not move.
import { on, typing } from "./dom.js"

const SOURCE = "/live"
const LOST_AFTER = 5000
const channel = "BroadcastChannel" in window ? new BroadcastChannel("ui-live") : null
let stream = null
let lost = 0

if (document.body?.dataset.audience) start()
else document.addEventListener("DOMContentLoaded", () => document.body.dataset.audience && start())

function start() {
  if (channel)
    channel.onmessage = ({ data }) => (data.resync ? resync() : data.state ? chip(data.state) : arrive(data.topics))
  if (!navigator.locks) return listen()
  const lead = (options) =>
    navigator.locks
      .request("ui-live", options, () => new Promise(() => listen()))
      .catch(() => {
        stop() // another tab took over; when it goes, the next in the queue leads
        lead({})
      })
  lead({})
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !stream) lead({ steal: true })
  })
}

function listen() {
  stream = new EventSource(SOURCE)
  stream.addEventListener("change", ({ data }) => {
    const { topics } = JSON.parse(data)
    channel?.postMessage({ topics })
    arrive(topics)
  })
  stream.addEventListener("resync", () => {
    channel?.postMessage({ resync: true })
    resync()
  })
  stream.onopen = () => state("live")
  stream.onerror = () => {
    if (!lost) lost = setTimeout(() => state("lost"), LOST_AFTER)
    if (stream?.readyState === EventSource.CLOSED) setTimeout(() => stream && (stop(), listen()), LOST_AFTER)
  }
}

function stop() {
  stream?.close()
  stream = null
}

function state(name) {
  if (name === "live") {
    clearTimeout(lost)
    lost = 0
  }
  channel?.postMessage({ state: name })
  chip(name)
}

let paused = false
function chip(name) {
  document.body.dataset.stream = name
  if (name === "lost" && !paused) document.dispatchEvent(new Event("session:over")) // perhaps: whoever hears it asks
  for (const element of document.querySelectorAll("[data-live-chip]")) element.hidden = name === "live"
  if (paused && name === "live") resync()
  paused = name !== "live"
}

/** Nobody knows what was missed: everything that listens looks again. */
function resync() {
  for (const element of document.querySelectorAll("[data-live]")) update(element)
}

function arrive(topics) {
  for (const topic of topics) document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: true }))
  for (const element of document.querySelectorAll("[data-live]"))
    if (element.dataset.live.split(/\s+/).some((topic) => topics.includes(topic))) update(element)
}

const timers = new WeakMap()
function update(element) {
  clearTimeout(timers.get(element))
  // Spread out, so that a thousand pages do not ask in the same instant.
  timers.set(element, setTimeout(() => fetchInto(element), 150 + Math.random() * 350))
}

async function fetchInto(element) {
  if (!element.isConnected) return
  if (document.hidden) return document.addEventListener("visibilitychange", () => update(element), { once: true })
  const url = element.dataset.liveUrl || location.pathname + location.search
  const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Target": element.id } }).catch(() => null)
  if (!answer?.ok) return
  const text = await answer.text()
  if (!element.isConnected) return // somebody's own press replaced it meanwhile
  if (element.hasAttribute("data-live-list")) return rows(element, text)
  if (element.contains(document.activeElement) && typing(document.activeElement)) return wait(element)
  const opened = element.querySelector("details[open] form")?.closest("details")
  if (opened) return opened.addEventListener("toggle", () => update(element), { once: true })
  const here = new Set([...element.querySelectorAll("[data-row][id]")].map((row) => row.id))
  const stays = hold()
  window.htmx.swap({ text, target: element, swap: "outerMorph", sourceElement: element }).then(() => {
    stays()
    tint(element.id, here)
  })
}

/** What is typed in stays where it stands on the screen, however much grows above it. */
function hold() {
  const field = document.activeElement
  if (!typing(field)) return () => {}
  const top = field.getBoundingClientRect().top
  const moved = () => (field.isConnected ? field.getBoundingClientRect().top - top : 0)
  return () => {
    scrollBy({ top: moved(), behavior: "instant" })
    const rest = moved() // a page that is shorter than the screen can't be scrolled so far
    if (rest < 1) return
    document.body.style.paddingBottom = `${parseFloat(getComputedStyle(document.body).paddingBottom) + rest}px`
    scrollBy({ top: rest, behavior: "instant" })
  }
}

/** Rows that were not there a moment ago. */
function tint(id, here) {
  for (const row of document.getElementById(id)?.querySelectorAll("[data-row][id]") ?? [])
    if (!here.has(row.id)) {
      row.classList.add("is-new")
      setTimeout(() => row.classList.remove("is-new"), 2000)
    }
}

function wait(element) {
  document.activeElement.addEventListener("blur", () => update(element), { once: true })
}

/** Changed rows change where they stand; gone ones fade; new ones wait until they are asked for. */
function rows(list, text) {
  const fresh = new DOMParser().parseFromString(`<table>${text}</table>`, "text/html")
  const loose = new DOMParser().parseFromString(text, "text/html")
  const found = [...(fresh.querySelectorAll("[data-row][id]").length ? fresh : loose).querySelectorAll("[data-row][id]")]
  const here = new Map([...list.querySelectorAll("[data-row][id]")].map((row) => [row.id, row]))
  for (const row of found) {
    const old = here.get(row.id)
    if (first(list, row, old)) continue
    if (!old || same(old, row) || old.matches(":focus-within")) continue
    const current = old.hasAttribute("data-current")
    window.htmx.swap({ text: row.outerHTML, target: old, swap: "outerMorph", sourceElement: list }).then(() => {
      const now = document.getElementById(row.id)
      now?.classList.add("is-new")
      if (current) now?.setAttribute("data-current", "")
      setTimeout(() => now?.classList.remove("is-new"), 2000)
    })
  }
  const names = new Set(found.map((row) => row.id))
  for (const [id, row] of here) row.classList.toggle("is-leaving", !names.has(id))
  document.dispatchEvent(new CustomEvent("ui:rows", { detail: { list, fresh: loose } }))
  const added = found.filter((row) => !here.has(row.id) && !document.getElementById(row.id))
  if (!here.size) return window.htmx.swap({ text, target: list, swap: "innerMorph", sourceElement: list })
  pill(list, added.length, text)
}

/** Whether they say the same: clocks that run on and the mark of the current row do not count. */
function same(old, row) {
  const bare = (one) => {
    const copy = document.importNode(one, true)
    copy.removeAttribute("data-current")
    copy.classList.remove("is-new", "is-leaving")
    for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime)
    return copy
  }
  return bare(old).isEqualNode(bare(row))
}

function first(list, row, old) {
  if (!row.hasAttribute("data-first") || old?.hasAttribute("data-first")) return false
  old?.remove()
  const now = document.importNode(row, true)
  const before = [...list.querySelectorAll("[data-row][data-first]")].find((one) => one.id === row.previousElementSibling?.id)
  before ? before.after(now) : list.prepend(now)
  window.htmx.process(now)
  now.classList.add("is-new")
  setTimeout(() => now.classList.remove("is-new"), 2000)
  return true
}

function pill(list, count, text) {
  const holder = document.querySelector(`[data-live-pill="${list.id}"]`)
  if (!holder) return
  holder.hidden = count === 0
  holder.textContent = (holder.dataset.words ?? "%d").replace("%d", count)
  waitingText.set(holder, { list, text })
}

const waitingText = new WeakMap()
on("click", "[data-live-pill]", (_, holder) => {
  const { list, text } = waitingText.get(holder)
  holder.hidden = true
  window.htmx.swap({ text, target: list, swap: "innerMorph", sourceElement: list })
})
