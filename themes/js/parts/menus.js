// Menus are popovers and open without us; here they get arrows, and a place where the browser cannot anchor them itself.
import { on } from "./dom.js"

const anchored = CSS.supports("position-area", "block-end span-inline-end")

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu-pop")) return
    const button = document.querySelector(`[popovertarget="${menu.id}"]`)
    const opened = event.newState === "open"
    button?.setAttribute("aria-expanded", String(opened))
    if (!opened) return
    if (!anchored && button) put(menu, button)
    if (button?.matches(":focus-visible")) items(menu)[0]?.focus()
  },
  { capture: true },
)

// What a menu's entry starts may be a download: the page stays, the menu need not.
on("submit", ".menu-pop form", (_, form) => form.closest("[popover]").hidePopover())

function put(menu, button) {
  const from = button.getBoundingClientRect()
  const size = menu.getBoundingClientRect()
  const below = from.bottom + size.height + 8 < innerHeight
  const start = menu.classList.contains("menu-end") ? from.right - size.width : from.left
  menu.style.left = `${Math.max(8, Math.min(start, innerWidth - size.width - 8))}px`
  menu.style.top = below ? `${from.bottom}px` : `${Math.max(8, from.top - size.height - 8)}px`
}

const items = (menu) => [...menu.querySelectorAll("a[href], button:not([disabled])")]

on("keydown", ".menu-pop", (event, menu) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step && event.key !== "Home" && event.key !== "End") return
  event.preventDefault()
  const all = items(menu)
  const at = all.indexOf(document.activeElement)
  const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : (at + step + all.length) % all.length
  all[next]?.focus()
})
on("keydown", "[popovertarget]", (event, button) => {
  if (event.key !== "ArrowDown") return
  const menu = document.getElementById(button.getAttribute("popovertarget"))
  if (!menu?.matches(".menu-pop")) return
  event.preventDefault()
  menu.showPopover({ source: button })
  items(menu)[0]?.focus()
})
