/** Listens once for the whole document: `handler(event, element)` for the nearest element that matches. */
export function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const found = event.target instanceof Element ? event.target.closest(selector) : null
      if (found) handler(event, found)
    },
    options,
  )
}

/** Runs for every match now and for those that later swaps bring. */
export function each(selector, prepare) {
  const seen = new WeakSet()
  const look = (root) => {
    for (const element of [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)]) {
      if (seen.has(element)) continue
      seen.add(element)
      prepare(element)
    }
  }
  ready(() => look(document))
  document.addEventListener("htmx:after:process", (event) => look(event.target))
}

export function ready(run) {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run)
  else run()
}

export function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? ""
}

/** True where letters are being typed, so that no key of ours may fire. */
export function typing(element) {
  if (!(element instanceof HTMLElement)) return false
  if (element.isContentEditable) return true
  if (element instanceof HTMLInputElement)
    return !["checkbox", "radio", "button", "submit", "reset", "range", "file", "color"].includes(element.type)
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
}

export function visible(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden"
}

/** The layer that is on top, else the document. */
export function surface() {
  const open = document.querySelectorAll("dialog[open]")
  return open.length ? open[open.length - 1] : document.body
}

export function clone(id) {
  return document.getElementById(id)?.content.firstElementChild.cloneNode(true)
}

export function cookie(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : ""
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`
}

/** Fetches the page again and lets what changed flow into it; what is typed and focused stays. */
export function refresh() {
  return window.htmx.ajax("GET", location.pathname + location.search, {
    target: "#main",
    select: "#main",
    swap: "outerMorph",
  })
}
