// Relative times stay true while a page is open. They count from the server's clock, which a demo may shift.
import { meta, ready } from "./dom.js"

const DAY = 24 * 60 * 60
const told = Date.parse(meta("now"))
const came = performance.timeOrigin + (performance.getEntriesByType("navigation")[0]?.responseStart ?? performance.now())
const offset = Number.isNaN(told) ? 0 : told - came
const NEAR = 2 // seconds by which two clocks may differ: what has just happened does not lie ahead
const english = document.documentElement.lang.startsWith("en")

function words(seconds) {
  const apart = Math.abs(seconds)
  if (!english) {
    const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short", numeric: "auto" })
    return apart < 3600 ? format.format(Math.trunc(seconds / 60), "minute") : format.format(Math.trunc(seconds / 3600), "hour")
  }
  if (apart < 60) return seconds <= 0 ? "just now" : "in a moment"
  const text = apart < 3600 ? `${Math.floor(apart / 60)} min` : `${Math.floor(apart / 3600)} h`
  return seconds > 0 ? `in ${text}` : `${text} ago`
}

function span(left) {
  const hours = Math.floor(left / 3600)
  if (hours >= 10) return `${hours} h`
  return hours ? `${hours} h ${Math.floor((left % 3600) / 60)} min` : `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`
}

function tick() {
  const now = Date.now() + offset
  for (const time of document.querySelectorAll("time[data-relative]")) {
    const ahead = (Date.parse(time.dateTime) - now) / 1000
    const seconds = ahead > 0 && ahead < NEAR ? 0 : ahead
    if (Math.abs(seconds) < DAY) set(time, words(seconds))
  }
  // A countdown in whole seconds: how long an offer stands, when a call becomes lawful.
  for (const time of document.querySelectorAll("time[data-countdown]")) {
    const left = Math.max(0, Math.round((Date.parse(time.dateTime) - now) / 1000))
    const before = time.dataset.before ? `${time.dataset.before} ` : ""
    set(time, before + span(left))
    if (left === 0 && time.dataset.countdown !== "over") {
      time.dataset.countdown = "over"
      time.dispatchEvent(new CustomEvent("ui:over", { bubbles: true }))
    }
  }
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text
}

ready(tick)
setInterval(() => {
  if (!document.hidden && (document.querySelector("time[data-countdown]") || Math.floor(Date.now() / 1000) % 15 === 0)) tick()
}, 1000)
document.addEventListener("visibilitychange", () => document.hidden || tick())
document.addEventListener("htmx:after:swap", tick)
