// Things in an order (the steps of a sequence, rules): dragged into another place or branch, moved with Alt ↑↓, deleted with Delete, taken back
// with Ctrl Z. Enter opens a step and `a` adds after it by themselves (lists.js, keys.js).
//
//   data-steps on the whole, [data-steps-list] each list with data-parent and data-branch, [data-step="url"] a step,
//   form[data-step-move], form[data-step-delete], form[data-steps-undo]: what works without scripts too.
import { each, meta, on, refresh, surface, typing } from "./dom.js"
import { toast } from "./toasts.js"

each("[data-steps]", async (whole) => {
  if (!whole.querySelector("[data-step]")) return
  const { default: Sortable } = await import(whole.dataset.sortable)
  const prepare = () => {
    for (const list of document.querySelectorAll("[data-steps] [data-steps-list]"))
      if (!Sortable.get(list)) Sortable.create(list, settings())
  }
  prepare()
  document.addEventListener("htmx:after:swap", prepare)
})

function settings() {
  return {
    group: "steps",
    draggable: "[data-step]",
    filter: "button, .menu-pop, form",
    preventOnFilter: false,
    delay: 180,
    delayOnTouchOnly: true,
    fallbackOnBody: true,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "is-held",
    onEnd: ({ item, from, to, oldDraggableIndex, newDraggableIndex }) => {
      if (from === to && oldDraggableIndex === newDraggableIndex) return
      const { parent, branch } = to.dataset
      send(`${item.dataset.step}/move`, { parent, branch, place: newDraggableIndex }, item.id)
    },
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typing(event.target) || surface() !== document.body) return
  const whole = document.querySelector("[data-steps]")
  if (!whole) return
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.shiftKey) return act(event, whole.querySelector("[data-steps-undo]"))
  const step = (event.target.closest("[data-row]") ?? whole.querySelector("[data-row][data-current]"))?.closest("[data-step]")
  if (!step || event.ctrlKey || event.metaKey) return
  const way = { ArrowUp: "up", ArrowDown: "down" }[event.key]
  const row = step.matches("[data-row]") ? step : step.querySelector("[data-row]")
  if (event.altKey && way) act(event, row.querySelector(`[data-step-move="${way}"]`), step.id)
  else if (event.key === "Delete" && !event.altKey) act(event, row.querySelector("[data-step-delete]"), neighbour(step))
})

function act(event, form, focus) {
  event.preventDefault()
  if (form) post(form, focus)
}

/** Where the hand is once this one is gone. */
function neighbour(step) {
  return (step.nextElementSibling ?? step.previousElementSibling ?? step.parentElement.closest("[data-step]"))?.id
}

on("submit", "form[data-step-move], form[data-step-delete], form[data-steps-undo]", (event, form) => {
  event.preventDefault()
  form.closest("[popover]")?.hidePopover()
  const step = form.closest("[data-step]")
  post(form, form.matches("[data-step-delete]") ? neighbour(step) : step?.id)
})

function post(form, focus) {
  return send(form.getAttribute("action"), Object.fromEntries(new FormData(form)), focus)
}

async function send(url, fields, focus) {
  const headers = { "HX-Request": "true", "X-CSRF-Token": meta("csrf-token") }
  const answer = await fetch(url, { method: "POST", headers, body: new URLSearchParams(fields) }).catch(() => null)
  if (answer?.ok) {
    const said = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}")["ui:toast"]
    if (said) toast(said.text, said.undo_url)
  } else document.dispatchEvent(new CustomEvent("ui:problem"))
  await refresh()
  for (const part of document.querySelectorAll("[data-again]")) window.htmx.trigger(part, "again") // what depends on the order
  settle(document.getElementById(focus) ?? document.activeElement?.closest("[data-step]"))
}

/** The hand stays on the step: what came from the server says of no row that it is the current one. */
function settle(step) {
  const link = step?.querySelector(".row-link")
  link?.blur()
  link?.focus({ preventScroll: true })
}
