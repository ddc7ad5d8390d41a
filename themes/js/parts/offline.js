// One page for when there is no network. Nobody's pages are kept on the device.
import { lost, tell } from "./requests.js"

const installable = document.querySelector("link[rel=manifest]")
if (installable && "serviceWorker" in navigator && window.isSecureContext && window.top === window)
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}))

// A form that cannot go anywhere stays where it is, with what was typed.
document.addEventListener(
  "submit",
  (event) => {
    if (!lost() || event.target.method === "dialog") return
    event.preventDefault()
    event.stopImmediatePropagation()
    tell(event.target, lost())
  },
  { capture: true },
)
