// The word of a sign that stands alone: data-tip on hover and focus. Screen readers have aria-label already.
import { on } from "./dom.js"

const tip = document.createElement("div")
tip.className = "tip"
tip.setAttribute("aria-hidden", "true")
let timer = 0

function show(element, text, aside) {
  clearTimeout(timer)
  timer = setTimeout(() => {
    if (!element.isConnected) return
    tip.textContent = text
    ;(element.closest("dialog[open]") ?? document.body).append(tip)
    const from = element.getBoundingClientRect()
    const size = tip.getBoundingClientRect()
    const left = aside ? from.right + 8 : from.left + from.width / 2 - size.width / 2
    const below = from.bottom + 6 + size.height < innerHeight
    const top = aside ? from.top + from.height / 2 - size.height / 2 : below ? from.bottom + 6 : from.top - size.height - 6
    tip.style.left = `${Math.max(6, Math.min(left, innerWidth - size.width - 6))}px`
    tip.style.top = `${top}px`
  }, 350)
}

function hide() {
  clearTimeout(timer)
  tip.remove()
}

for (const [enter, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  on(enter, "[data-tip]", (event, element) => {
    if (event.pointerType !== "touch" && (enter !== "focusin" || element.matches(":focus-visible"))) show(element, element.dataset.tip, false)
  })
  on(enter, "[data-tip-right]", (event, element) => {
    const label = element.querySelector(".nav-label")
    if (event.pointerType !== "touch" && label && label.getBoundingClientRect().width <= 1) show(element, element.dataset.tipRight, true)
  })
  on(leave, "[data-tip], [data-tip-right]", hide)
}
document.addEventListener("keydown", hide)
document.addEventListener("click", hide)
