// The brand editor: a colour, font or corner is worn by the previews while it is being chosen; words and pictures, which
// the page is made of, when the draft is saved.
import { each, on } from "./dom.js"

const LOOK = ["colour", "accent", "two_colours", "font", "corners"]
let newest = 0

each("iframe[data-brand-frame]", (frame) => {
  const settle = () => frame.contentDocument?.documentElement?.setAttribute("data-scripts", "")
  frame.addEventListener("load", settle)
  settle()
})

on("input", "[data-brand-form]", (event, form) => {
  if (LOOK.includes(event.target.name)) wear(form)
})

function wear(form) {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (LOOK.includes(name)) query.set(name, value)
  const turn = ++newest
  for (const frame of document.querySelectorAll("iframe[data-brand-frame]")) {
    const page = frame.contentDocument
    const worn = page?.querySelector('link[href*="/draft.css"]')
    if (!worn) continue
    const fresh = worn.cloneNode()
    fresh.href = `/admin/brand/draft.css?${query}`
    fresh.addEventListener("load", () => {
      for (const old of page.querySelectorAll('link[href*="/draft.css"]')) if (old !== fresh && turn === newest) old.remove()
    })
    worn.after(fresh)
  }
}

// A picture that was chosen is seen before it is sent: `data-shows` names the box of its pictures.
on("change", "input[type=file][data-shows]", (_, field) => {
  const [file, box, reader] = [field.files[0], document.querySelector(field.dataset.shows), new FileReader()]
  box.hidden = !file
  reader.addEventListener("load", () => {
    for (const picture of box.querySelectorAll("img")) picture.src = reader.result
  })
  if (file) reader.readAsDataURL(file)
})

// Words changed, or a paper that has no style sheet of its own: the frame is drawn anew from the saved draft.
let changed = ""
on("change", "[data-brand-form]", (event) => (changed = event.target.name))
document.addEventListener("htmx:after:swap", () => {
  if (!changed) return
  for (const frame of document.querySelectorAll("iframe[data-brand-frame]")) {
    const paper = !frame.contentDocument?.querySelector('link[href*="/draft.css"]')
    if (paper || !LOOK.includes(changed)) frame.contentWindow.location.reload()
  }
  changed = ""
})
