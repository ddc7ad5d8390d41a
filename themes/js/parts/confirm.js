// Asks before what cannot be undone. On a form or its button:
//   data-confirm="Delete this lead?"  data-confirm-verb="Delete lead"  data-confirm-detail="…"
//   data-confirm-kind="danger"        data-confirm-word="Harbor" (must be typed)
//   data-confirm-chosen               says first how many rows of its form are selected, and which
import { on } from "./dom.js"
import { open } from "./layers.js"

const agreed = new WeakSet()

on(
  "submit",
  "form",
  (event, form) => {
    const asks = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null
    if (!asks || agreed.delete(form)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    ask({ ...asks.dataset, confirmDetail: detail(asks, form) }).then((yes) => {
      if (!yes) return
      agreed.add(form)
      form.requestSubmit(event.submitter ?? undefined)
    })
  },
  { capture: true },
)

const NAMED = 5

function detail(asks, form) {
  const said = asks.dataset.confirmDetail ?? ""
  if (!("confirmChosen" in asks.dataset)) return said
  const rows = [...form.querySelectorAll("[data-select]:checked")].map((box) => box.closest("[data-row]"))
  const names = rows.slice(0, NAMED).map((row) => row.querySelector(".row-link").textContent.trim())
  return `${rows.length}: ${names.join(", ")}${rows.length > NAMED ? " …" : ""}. ${said}`
}

// hx-confirm="Question" asks in the same dialog.
document.addEventListener("htmx:confirm", (event) => {
  event.preventDefault()
  const { ctx, issueRequest, dropRequest } = event.detail
  ask({ ...ctx.sourceElement.dataset, confirm: ctx.confirm }).then((yes) => (yes ? issueRequest() : dropRequest()))
})

/** True when the person agrees. */
export function ask({ confirm, confirmVerb, confirmDetail = "", confirmKind = "primary", confirmWord = "" }) {
  const layer = document.getElementById("confirm")
  const go = layer.querySelector("[data-confirm-go]")
  const typed = layer.querySelector("[data-confirm-typed]")
  layer.querySelector("#confirm-title").textContent = confirm
  layer.querySelector("[data-confirm-detail]").textContent = confirmDetail
  go.textContent = confirmVerb || go.dataset.default || (go.dataset.default = go.textContent)
  go.className = `btn btn-${confirmKind}`
  typed.hidden = !confirmWord
  typed.querySelector("[data-confirm-word]").textContent = confirmWord
  const input = typed.querySelector("input")
  input.value = ""
  const check = () => go.setAttribute("aria-disabled", String(Boolean(confirmWord) && input.value.trim() !== confirmWord))
  input.oninput = check
  check()
  open(layer)
  if (!confirmWord) go.focus()
  return new Promise((resolve) => {
    const done = (yes) => () => {
      if (yes && go.getAttribute("aria-disabled") === "true") return
      go.onclick = layer.onclose = null
      if (layer.open) layer.close()
      resolve(yes)
    }
    go.onclick = done(true)
    layer.onclose = done(false)
  })
}
