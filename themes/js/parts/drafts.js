// What is typed is kept on the server, two seconds after the last key: form[data-draft="note-<id>"], never in the browser.
// Passwords and what is marked data-unkept are left out.
// [data-draft-state] in the form says how it stands: data-saving, data-saved and data-failed hold the words.
import { meta, on } from "./dom.js"

const WAIT = 2000
const timers = new WeakMap()

on("input", "form[data-draft]", (_, form) => {
  clearTimeout(timers.get(form))
  timers.set(form, setTimeout(() => save(form), WAIT))
})
// What was sent is a draft no more: leaving the page must not keep it again.
on("submit", "form[data-draft]", (_, form) => {
  clearTimeout(timers.get(form))
  timers.delete(form)
})
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return
  for (const form of document.querySelectorAll("form[data-draft]"))
    if (timers.has(form)) {
      clearTimeout(timers.get(form))
      save(form)
    }
})

async function save(form) {
  timers.delete(form)
  state(form, "saving")
  const body = new URLSearchParams()
  const secret = new Set([...form.querySelectorAll("[type=password], [data-unkept]")].map((input) => input.name))
  for (const [name, value] of new FormData(form))
    if (typeof value === "string" && name !== "_csrf" && !secret.has(name)) body.append(name, value)
  const headers = { "X-CSRF-Token": meta("csrf-token"), "HX-Request": "true" }
  const answer = await fetch(`/drafts/${encodeURIComponent(form.dataset.draft)}`, { method: "POST", headers, body, keepalive: true }).catch(() => null)
  form.toggleAttribute("data-draft-failed", !answer?.ok)
  state(form, answer?.ok ? "saved" : "failed")
  if (answer?.status === 401) document.dispatchEvent(new Event("session:over"))
}

const again = () => document.querySelectorAll("form[data-draft-failed]").forEach(save)
addEventListener("online", again)
document.addEventListener("session:back", again)

function state(form, name) {
  const into = form.querySelector("[data-draft-state]")
  if (into) into.textContent = into.dataset[name] ?? ""
}
