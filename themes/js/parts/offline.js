// One page for when there is no network. Nobody's pages are kept on the device.
if ("serviceWorker" in navigator && window.isSecureContext && window.top === window)
  addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}))
