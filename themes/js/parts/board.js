// The board: cards go to another stage by pointer, or by keys (Space lifts, arrows choose, Space drops, Esc puts back).
//
//   data-board on the whole, [data-stage] on a column, [data-cards] the list in it, [data-card] a card,
//   form[data-board-move] "Move to…" on a card, [data-board-voice] what is said aloud.
// The server answers with the columns as they are now: a card that may not go where it was dropped is back.
import { each, meta, on, surface } from "./dom.js"
import { open } from "./layers.js"

let held = null // { card, list, next }: lifted or dragged, and where it came from
let stale = false

each("[data-board]", async (board) => {
  const { default: Sortable } = await import(board.dataset.sortable)
  const prepare = () => {
    for (const list of board.querySelectorAll("[data-cards]"))
      if (!Sortable.get(list)) Sortable.create(list, settings())
  }
  prepare()
  document.addEventListener("htmx:after:swap", prepare)
})

function settings() {
  return {
    group: "stages",
    sort: false,
    draggable: "[data-card]",
    filter: "button, .menu-pop, form",
    preventOnFilter: false,
    delay: 180,
    delayOnTouchOnly: true,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "is-held",
    onStart: ({ item, from }) => take(item, from),
    onEnd: ({ item, to }) => (to === held?.list ? release() : drop(item, stageOf(to))),
  }
}

const stageOf = (element) => element.closest("[data-stage]")
const cards = (column) => [...column.querySelectorAll("[data-card]")]

function take(card, list = card.parentElement) {
  held = { card, list, from: stageOf(list), next: card.nextElementSibling }
}

function release() {
  held = null
  if (stale) refresh()
}

/** Where it was before anybody touched it. */
function back() {
  if (!held) return
  const { card, list, from, next } = held
  card.removeAttribute("data-lifted")
  if (list.isConnected) list.insertBefore(card, next?.parentElement === list ? next : null)
  say("back", card, from)
  release()
}

function say(kind, card, column) {
  const voice = document.querySelector("[data-board-voice]")
  if (!voice) return
  const place = cards(column).indexOf(card) + 1
  const count = Math.max(Number(column.dataset.count) + (column === held?.from ? 0 : 1), place)
  const words = { "%n": card.dataset.name, "%s": column.dataset.stageLabel, "%p": place, "%c": count }
  voice.textContent = voice.dataset[kind].replace(/%[nspc]/g, (mark) => words[mark])
}

// --- by keys

document.addEventListener(
  "keydown",
  (event) => {
    if (surface() !== document.body || event.ctrlKey || event.metaKey || event.altKey) return
    if (held?.card.hasAttribute("data-lifted")) return carry(event)
    const card = event.target.closest?.("[data-board] [data-card]")
    if (event.key !== " " || !card || event.target.closest("button, .menu-pop")) return
    stop(event)
    take(card)
    card.setAttribute("data-lifted", "")
    say("lifted", card, held.from)
  },
  { capture: true },
)

function carry(event) {
  const { card } = held
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (step) move(card, step)
  else if (event.key === "Escape") back()
  else if (event.key === " " || event.key === "Enter") settle(card)
  else if (event.key === "Tab") return back()
  stop(event)
  card.querySelector(".row-link")?.focus({ preventScroll: true })
}

function stop(event) {
  event.preventDefault()
  event.stopPropagation()
}

function move(card, step) {
  const columns = [...document.querySelectorAll("[data-board] [data-stage]")].filter((one) => one.getClientRects().length)
  const rightToLeft = getComputedStyle(card).direction === "rtl" ? -1 : 1
  const next = columns[columns.indexOf(stageOf(card)) + step * rightToLeft]
  if (!next) return
  const list = next.querySelector("[data-cards]")
  if (list === held.list) list.insertBefore(card, held.next?.parentElement === list ? held.next : null)
  else list.prepend(card)
  card.scrollIntoView({ block: "nearest", inline: "nearest" })
  say("over", card, next)
}

function settle(card) {
  const column = stageOf(card)
  card.removeAttribute("data-lifted")
  if (column === held.from) return back()
  drop(card, column)
}

// --- to the server

function drop(card, column) {
  const form = card.querySelector("form[data-board-move]")
  say("dropped", card, column)
  send(card, form, column.dataset.stage)
}

on("submit", "form[data-board-move]", (event, form) => {
  event.preventDefault()
  const card = form.closest("[data-card]")
  form.closest("[popover]")?.hidePopover()
  take(card)
  send(card, form, event.submitter.value)
})

async function send(card, form, stage) {
  const body = new FormData(form)
  body.set("stage", stage)
  body.set("board", query())
  const headers = { "HX-Request": "true", "X-CSRF-Token": meta("csrf-token") }
  const answer = await fetch(form.action, { method: "POST", headers, body: new URLSearchParams(body) }).catch(() => null)
  if (answer?.status === 422) return ask(await answer.text())
  if (!answer || (!answer.ok && answer.status !== 409)) {
    back()
    return document.dispatchEvent(new CustomEvent("ui:problem"))
  }
  const { id } = card
  held = null
  await show(await answer.text())
  document.getElementById(id)?.querySelector(".row-link")?.focus({ preventScroll: true })
  const told = answer.headers.get("HX-Trigger")
  if (told?.startsWith("{")) document.dispatchEvent(new CustomEvent("ui:toast", { detail: JSON.parse(told)["ui:toast"] }))
}

/** What the stage demands, in a sheet; closing it puts the card back. */
async function ask(text) {
  const content = document.getElementById("dialog-content")
  const layer = document.getElementById("dialog")
  await window.htmx.swap({ text, target: content, swap: "innerHTML", sourceElement: content })
  open(layer)
  layer.addEventListener("close", () => (content.replaceChildren(), back()), { once: true })
}

// --- what others do meanwhile

document.body?.addEventListener("live:leads", later)
document.addEventListener("DOMContentLoaded", () => document.body.addEventListener("live:leads", later))

let timer = 0
function later() {
  if (!document.querySelector("#board")) return
  clearTimeout(timer)
  timer = setTimeout(refresh, 700 + Math.random() * 600)
}

async function refresh() {
  const board = document.getElementById("board")
  stale = Boolean(held) || document.hidden || Boolean(board?.querySelector("[popover]:popover-open"))
  if (!board || stale) return
  const answer = await fetch(`${location.pathname}?${query()}`, { headers: { "HX-Request": "true" } }).catch(() => null)
  if (!answer?.ok) return
  const text = await answer.text()
  if (held) stale = true
  else await show(text)
}
document.addEventListener("visibilitychange", () => stale && !document.hidden && refresh())
document.addEventListener("toggle", () => stale && refresh(), { capture: true })

function show(text) {
  const board = document.getElementById("board")
  return window.htmx.swap({ text, target: board, swap: "innerMorph", sourceElement: board })
}

/** The page's address, with how many cards are open in each column. */
function query() {
  const given = new URLSearchParams(location.search)
  const open = [...document.querySelectorAll("[data-board] [data-stage], #board [data-stage]")]
    .map((column) => [column.dataset.stage, cards(column).length])
    .filter(([, count]) => count > 25)
  if (open.length) given.set("deep", [...new Map(open)].map(([name, count]) => `${name}.${count}`).join(","))
  return given.toString()
}
