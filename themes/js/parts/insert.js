// Buttons that put words into what is being written: a token where the cursor is, a block on lines of its own.
//   data-insert="{{ contact.name }}"          into the field of the form that was written in last
//   data-insert-block="# Heading" data-into="id"
import { on } from "./dom.js"

let last = null
on("focusin", "textarea, input[type=text], input:not([type])", (_, field) => (last = field))

on("click", "[data-insert]", (_, button) => {
  const form = button.closest("form")
  const field = last?.form === form && last.name !== "label" ? last : form.querySelector("textarea")
  put(field, button.dataset.insert)
})

on("click", "[data-insert-block]", (_, button) => {
  const field = document.getElementById(button.dataset.into)
  const before = field.value.slice(0, field.selectionStart).replace(/\n+$/, "")
  const after = field.value.slice(field.selectionEnd).replace(/^\n+/, "")
  const block = button.dataset.insertBlock
  field.setSelectionRange(before.length, field.value.length - after.length)
  put(field, `${before ? "\n\n" : ""}${block}${after ? "\n\n" : ""}`)
})

function put(field, words) {
  field.focus()
  field.setRangeText(words, field.selectionStart, field.selectionEnd, "end")
  field.dispatchEvent(new Event("input", { bubbles: true }))
}
