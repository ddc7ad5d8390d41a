// Forms: errors take the focus, a second press is harmless, a mended field loses its error when it is left.
import { each, on } from "./dom.js"

each("[data-error-summary]", (summary) => summary.focus())
on("click", "[data-error-summary] a", (event, link) => {
  const field = document.querySelector(link.getAttribute("href"))
  if (!field) return
  event.preventDefault()
  const into = field.matches("fieldset") ? field.querySelector("input, select, textarea") : field
  into?.focus()
  into?.scrollIntoView({ block: "center" })
})

on("focusout", "[aria-invalid=true]", (_, field) => {
  if (field.value === field.defaultValue || !field.value.trim() || !field.checkValidity()) return
  field.removeAttribute("aria-invalid")
  // It keeps its room: the button below must not move away from under the press that left the field.
  const error = field.closest(".field")?.querySelector(".field-error")
  if (error) error.style.visibility = "hidden"
})

// A step of a form is the answer to the step before: gone back to later, it is asked for anew, which a browser does not
// do with an answer to a form.
each("form[data-steps]", () => history.replaceState(history.state, ""))

// The button stays enabled; what was sent already is not sent twice. The server's key makes sure of it.
const sent = new WeakMap()
document.addEventListener("submit", (event) => {
  const form = event.target
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post]")) return
  if (Date.now() - (sent.get(form) ?? 0) < 4000) return event.preventDefault()
  sent.set(form, Date.now())
  event.submitter?.classList.add("htmx-request")
})
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll(".btn.htmx-request")) button.classList.remove("htmx-request")
})

on("click", "[data-reveal]", (_, button) => {
  const field = document.getElementById(button.dataset.reveal)
  const shown = field.type === "text"
  field.type = shown ? "password" : "text"
  button.setAttribute("aria-pressed", String(!shown))
  field.focus()
})

// A code of n digits goes off by itself once it is whole.
on("input", "[data-submit-when]", (_, field) => {
  const digits = field.value.replace(/\D/g, "")
  if (digits.length !== Number(field.dataset.submitWhen)) return
  field.value = digits
  field.form.requestSubmit()
})

// Choices that need no button: a sort, a filter.
on("change", "[data-autosubmit]", (_, field) => (field.form ?? field.closest("form"))?.requestSubmit())

// A long tree of settings shows where we are; the page itself stays where it is.
each(".settings-tree", (tree) => {
  const [here, whole] = [tree.querySelector("[aria-current]"), tree].map((element) => element?.getBoundingClientRect())
  const end = Math.min(whole.bottom, innerHeight)
  if (here && here.bottom > end) tree.scrollTop += here.bottom - end
})

// Narrows a list that is already here: data-filter="#settings-tree a".
on("input", "[data-filter]", (_, field) => {
  const wanted = field.value.trim().toLocaleLowerCase()
  for (const item of document.querySelectorAll(field.dataset.filter))
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted)
})

// An address follows the name until somebody types one: data-slug-of="id of the name".
each("[data-slug-of]", (field) => {
  const name = document.getElementById(field.dataset.slugOf)
  let own = Boolean(field.value)
  field.addEventListener("input", (event) => (own = event.isTrusted ? Boolean(field.value) : own))
  name.addEventListener("input", () => {
    if (own) return
    const plain = name.value.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    const joined = plain.replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+/, "")
    field.value = joined.slice(0, 40).replace(/-+$/, "")
    field.dispatchEvent(new Event("input", { bubbles: true }))
  })
})

// Puts the text of another element on the clipboard: data-copy="#id".
on("click", "[data-copy]", async (_, button) => {
  const from = document.querySelector(button.dataset.copy)
  await navigator.clipboard.writeText((from?.value ?? from?.textContent ?? "").trim())
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: { text: button.dataset.copied || "✓" } }))
})
