// Light, dark or as the device; and how wide the rail is. Both live in cookies, so that the server draws them at once.
import { cookie, on } from "./dom.js"

on("click", "[data-mode]", (_, button) => {
  const { mode } = button.dataset
  document.documentElement.dataset.theme = mode
  cookie("mode", mode)
  for (const other of document.querySelectorAll("[data-mode]")) other.toggleAttribute("aria-current", false)
  for (const same of document.querySelectorAll(`[data-mode="${mode}"]`)) same.setAttribute("aria-current", "true")
  button.closest("[popover]")?.hidePopover()
})

on("click", "[data-rail-toggle]", () => {
  const shell = document.querySelector(".shell-rail")
  const next = shell.dataset.rail === "closed" ? "open" : "closed"
  shell.dataset.rail = next
  cookie("rail", next)
})
