// Ctrl/⌘ K and `/`: people, leads, pages and verbs. The server answers /palette?q= with links and buttons; what has a key
// on the page stands above them.
import { on, typing, visible } from "./dom.js"
import { press, said } from "./keys.js"

const layer = () => document.getElementById("palette")
let timer = 0
let asked = null

document.addEventListener("keydown", (event) => {
  const command = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k"
  const slash = event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey
  if (!layer() || event.defaultPrevented || !(command || slash)) return
  event.preventDefault()
  if (layer().open) layer().close()
  else show()
})
on("click", "[data-palette]", (event) => {
  if (!layer()) return
  event.preventDefault()
  show()
})

function show() {
  layer().showModal()
  const input = layer().querySelector("input")
  input.select()
  input.focus()
  look(input.value)
}

on("input", "#palette input", (_, input) => {
  clearTimeout(timer)
  timer = setTimeout(() => look(input.value), 120)
})

async function look(text) {
  asked?.abort()
  asked = new AbortController()
  const into = layer().querySelector("[data-palette-results]")
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" }, signal: asked.signal })
    if (!answer.ok) return
    into.innerHTML = await answer.text()
    window.htmx.process(into)
    verbs(text, into)
    const all = options()
    all.forEach((option, place) => {
      option.id ||= `palette-${place}`
      option.setAttribute("role", "option")
      option.tabIndex = -1
    })
    pick(all[0])
  } catch (problem) {
    if (problem.name !== "AbortError") into.replaceChildren()
  }
}

/** What can be done on this page and is called so: "Assign to…", "Call Dana". */
function verbs(text, into) {
  const wanted = text.trim().toLowerCase()
  if (wanted.length < 2) return
  const seen = new Set()
  const found = [...document.querySelectorAll("body [data-key]")].filter((one) => {
    const label = said(one).toLowerCase()
    if (one.closest("dialog") || !label.includes(wanted) || seen.has(label) || !visible(one)) return false
    return seen.add(label)
  })
  if (found.length) into.querySelector("[data-nothing]")?.remove()
  for (const one of found.slice(0, 5).reverse()) {
    const button = document.createElement("button")
    const label = document.createElement("span")
    const key = document.createElement("kbd")
    button.className = "menu-item"
    button.type = "button"
    label.className = "grow"
    label.textContent = said(one)
    key.className = "kbd"
    key.textContent = one.dataset.key
    button.append(label, key)
    button.addEventListener("click", (event) => requestAnimationFrame(() => press(event, one)))
    into.prepend(button)
  }
}

const options = () => [...layer().querySelectorAll("[data-palette-results] :is(a[href], button)")]

function pick(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option))
  layer().querySelector("input").setAttribute("aria-activedescendant", option?.id ?? "")
  option?.scrollIntoView({ block: "nearest" })
}

on("keydown", "#palette input", (event) => {
  const all = options()
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true")
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step && all.length) {
    event.preventDefault()
    pick(all[(at + step + all.length) % all.length])
  }
  if (event.key === "Enter" && all[at]) {
    event.preventDefault()
    layer().close()
    all[at].click()
  }
})
on("click", "[data-palette-results] :is(a[href], button)", () => layer().close())
