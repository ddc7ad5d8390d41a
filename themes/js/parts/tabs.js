// Tabs within a page: [data-tabs] holds links to #ids of sections. Without scripts they are links to places further down.
import { each, on } from "./dom.js"

each("[data-tabs]", (list) => {
  const links = [...list.querySelectorAll("a[href^='#']")]
  list.setAttribute("role", "tablist")
  for (const link of links) {
    link.setAttribute("role", "tab")
    const panel = document.querySelector(link.hash)
    panel?.setAttribute("role", "tabpanel")
    panel?.setAttribute("aria-labelledby", (link.id ||= `${link.hash.slice(1)}-tab`))
    link.setAttribute("aria-controls", link.hash.slice(1))
  }
  choose(list, links.find((link) => link.hash === location.hash) ?? links[0])
})

function choose(list, chosen) {
  for (const link of list.querySelectorAll("[role=tab]")) {
    const is = link === chosen
    link.setAttribute("aria-selected", String(is))
    link.tabIndex = is ? 0 : -1
    const panel = document.querySelector(link.hash)
    if (panel) panel.hidden = !is
  }
}

on("click", "[data-tabs] [role=tab]", (event, link) => {
  event.preventDefault()
  history.replaceState(history.state, "", link.hash)
  choose(link.closest("[data-tabs]"), link)
})
on("keydown", "[data-tabs] [role=tab]", (event, link) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  const all = [...link.closest("[data-tabs]").querySelectorAll("[role=tab]")]
  const next = all[(all.indexOf(link) + step + all.length) % all.length]
  choose(link.closest("[data-tabs]"), next)
  next.focus()
})
