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
  if (event.detail === 0) enter(document.querySelector(link.hash)) // by its key: whoever pressed it wants to type
})

// A link elsewhere that opens a tab: data-tab-for="#id", and data-set="field-id=value" when it also chooses something.
on("click", "[data-tab-for]", (event, link) => {
  const tab = document.querySelector(`[data-tabs] a[href="${link.dataset.tabFor}"]`)
  if (!tab) return
  event.preventDefault()
  choose(tab.closest("[data-tabs]"), tab)
  const [id, value] = link.dataset.set?.split("=") ?? []
  if (id) document.getElementById(id).value = value
  enter(document.querySelector(link.dataset.tabFor))
})

function enter(panel) {
  const post = panel?.querySelector("form[method=post]") ?? panel
  const field = post?.querySelector("textarea, input:not([type=hidden]), select")
  field?.focus()
  field?.scrollIntoView({ block: "center" })
}

// The third column of a lead, where it is a tab.
on("click", "[data-lead-tab]", (event, link) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return
  event.preventDefault()
  document.getElementById("lead").dataset.tab = link.dataset.leadTab
  for (const other of document.querySelectorAll("[data-lead-tab]"))
    if (other === link) other.setAttribute("aria-current", "page")
    else other.removeAttribute("aria-current")
  history.replaceState(history.state, "", link.href)
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
