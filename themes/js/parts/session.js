// The session ended while something was being sent, or while a page lay open: the page stays, a sheet over it signs in, and
// what was being sent goes on by itself. The sheet shows the very forms of /login (password, then code), fetched and sent
// from here. `session:over` asks for it; `session:back` says that somebody is in again.
import { on } from "./dom.js"

const SAFE = /^(GET|HEAD|QUERY)$/
const ASK_AFTER = 60000 // a page that has been open for less is not asked whether the session still stands
const BY_HAND = /^(click|submit|change|input|key\w+)$/
const DOOR = "/login?next=/account"
const PAUSE = 2000 // nobody is interrupted between two keys
const opened = Date.now()
let waiting = null // what goes on once somebody is signed in
let over = false // something that was asked for in passing was answered: not signed in
let missed = false // a part of this page was not fetched
let last = 0 // when the last key was typed
let asked = false

const layer = () => document.getElementById("session-ended")
const into = () => layer().querySelector("[data-sign-in]")

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail
  if (ctx.response.status !== 401 || !layer()) return
  over = true
  event.preventDefault()
  const { sourceElement, sourceEvent } = ctx
  if (SAFE.test(ctx.request.method) && !BY_HAND.test(sourceEvent?.type)) {
    missed = true
    return ended()
  }
  begin(() =>
    sourceElement instanceof HTMLFormElement
      ? sourceElement.requestSubmit(sourceEvent?.submitter ?? undefined)
      : sourceElement.dispatchEvent(new Event(sourceEvent.type, { bubbles: true, cancelable: true })),
  )
})

// A plain form would leave the page, so the question comes first.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target
    if (asked || form.method !== "post" || form.matches("[hx-post]") || form.closest("#session-ended")) return
    if (!document.body.dataset.person || !layer() || (!over && Date.now() - opened < ASK_AFTER)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const submitter = event.submitter ?? undefined
    const go = () => {
      asked = true
      form.requestSubmit(submitter)
      asked = false
    }
    if (await gone()) return begin(go)
    go()
  },
  true,
)

const gone = async () =>
  (await fetch("/alive", { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null))?.status === 401

// Signed out from elsewhere: a draft was refused, or the stream of live hints broke off.
document.addEventListener("input", () => (last = Date.now()), true)
document.addEventListener("session:over", ended)
async function ended() {
  if (!layer() || layer().open || !document.body.dataset.person) return
  if (document.hidden) return document.addEventListener("visibilitychange", ended, { once: true })
  if (Date.now() - last < PAUSE) return setTimeout(ended, PAUSE)
  if (await gone()) begin(null)
}
// Signed in again in another tab meanwhile.
document.addEventListener("visibilitychange", async () => {
  if (!document.hidden && layer()?.open) await show(await fetch(DOOR))
})

let opening = null // once, however many parts of the page hear of it at the same moment
async function begin(go) {
  waiting = go ?? waiting
  for (const words of layer().querySelectorAll("[data-sending]")) words.hidden = (words.dataset.sending === "yes") !== Boolean(waiting)
  if (layer().open) return
  opening ??= fetch(DOOR).then(show).finally(() => (opening = null))
  await opening
  if (!layer().open && into().firstElementChild) layer().showModal()
  look()
}

/** At what is to be typed next. */
const look = () => {
  const email = into().querySelector("input[name=email]")
  const next = into().querySelector("[data-error-summary], input[type=password], input[name=code]")
  ;((email?.value ? next : email) ?? next)?.focus()
}

const typed = () =>
  [...document.querySelectorAll("form[method=post] :is(textarea, input:not([type=hidden], [type=checkbox], [type=radio]))")].some(
    (field) => field.value !== field.defaultValue,
  )

/** The form of a sign-in page; on any other page somebody has arrived. */
async function show(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  if (!new URL(answer.url).pathname.startsWith("/login")) return arrive(page)
  const form = page.querySelector("main form")
  if (!form) return // an error page: what is typed here stays
  const heading = page.querySelector("main h1")?.textContent.trim()
  if (heading) layer().querySelector("[data-sign-in-step]").textContent = heading
  into().replaceChildren(document.importNode(form, true))
  window.htmx.process(into())
  const email = into().querySelector("input[name=email]")
  if (email && !email.value) email.value = document.body.dataset.email ?? ""
  look()
}

on("submit", "#session-ended form", async (event, form) => {
  event.preventDefault()
  const answer = await sent(form).catch(() => null)
  if (answer) await show(answer)
})

/** Another part of the page, or another tab, may have been given a fresh form meanwhile: then this one's token fits no more. */
async function sent(form) {
  const body = new URLSearchParams(new FormData(form))
  const send = () => fetch(form.action, { method: "POST", body })
  const answer = await send()
  if (answer.status !== 403) return answer
  const fresh = new DOMParser().parseFromString(await (await fetch(DOOR)).text(), "text/html")
  body.set("_csrf", fresh.querySelector('main input[name="_csrf"]')?.value ?? "")
  return send()
}

/** Signed in: this page's forms get the new session's token, and what waited goes on; for somebody else all is anew. */
function arrive(page) {
  const token = page.querySelector('meta[name="csrf-token"]')?.content
  if (!token || page.body.dataset.person !== document.body.dataset.person) return location.reload()
  document.querySelector('meta[name="csrf-token"]').content = token
  for (const field of document.querySelectorAll('input[name="_csrf"]')) field.value = token
  into().replaceChildren()
  layer().close()
  over = false
  document.dispatchEvent(new Event("session:back"))
  const go = waiting
  waiting = null
  if (missed && !go && !typed()) return location.reload()
  missed = false
  go?.()
}
