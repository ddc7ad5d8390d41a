// The session ended while something was being sent: the page stays, a sheet over it signs in, and the submit goes on by
// itself. The sheet shows the very forms of /login (password, then code), fetched and sent from here.
import { on } from "./dom.js"

const SAFE = /^(GET|HEAD|QUERY)$/
const ASK_AFTER = 60000 // a page that has been open for less is not asked whether the session still stands
const opened = Date.now()
let waiting = null // what goes on once somebody is signed in
let asked = false

const layer = () => document.getElementById("session-ended")
const into = () => layer().querySelector("[data-sign-in]")

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail
  if (ctx.response.status !== 401 || !layer()) return
  if (SAFE.test(ctx.request.method)) {
    if (typed()) event.preventDefault() // a look at something must not lead away from what is half written
    return
  }
  event.preventDefault()
  const { sourceElement, sourceEvent } = ctx
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
    if (!document.body.dataset.person || !layer() || Date.now() - opened < ASK_AFTER) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const submitter = event.submitter ?? undefined
    const go = () => {
      asked = true
      form.requestSubmit(submitter)
      asked = false
    }
    const answer = await fetch("/alive", { headers: { "HX-Request": "true" }, redirect: "manual" }).catch(() => null)
    if (answer?.status === 401) return begin(go)
    go()
  },
  true,
)

async function begin(go) {
  waiting = go
  await show(await fetch("/login?next=/account"))
  layer().showModal()
  into().querySelector("input:not([type=hidden])")?.focus()
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
  const heading = page.querySelector("main h1")?.textContent.trim()
  if (heading) layer().querySelector("[data-sign-in-step]").textContent = heading
  into().replaceChildren(document.importNode(form, true))
  window.htmx.process(into())
  const email = into().querySelector("input[name=email]")
  if (email && !email.value) email.value = document.body.dataset.email ?? ""
  ;(into().querySelector("[data-error-summary], input[type=password], input[name=code]") ?? email)?.focus()
}

on("submit", "#session-ended form", async (event, form) => {
  event.preventDefault()
  const body = new URLSearchParams(new FormData(form))
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null)
  if (answer) await show(answer)
})

/** Signed in: this page's forms get the new session's token, and what waited goes on; for somebody else all is anew. */
function arrive(page) {
  const token = page.querySelector('meta[name="csrf-token"]')?.content
  if (!token || page.body.dataset.person !== document.body.dataset.person) return location.reload()
  document.querySelector('meta[name="csrf-token"]').content = token
  for (const field of document.querySelectorAll('input[name="_csrf"]')) field.value = token
  into().replaceChildren()
  layer().close()
  const go = waiting
  waiting = null
  go?.()
}
