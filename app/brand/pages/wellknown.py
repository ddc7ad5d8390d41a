"""What browsers ask for by a fixed name: icons, manifest, service worker, robots. Each host gets its own brand's."""

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath, QueryParameter

from app.core import pages
from app.core.errors import NotFound
from app.core.static import published_picture
from app.core.web import PUBLIC, HttpRequest, WorkDep
from tenants.binding import bound
from themes.assets import asset
from themes.catalogue import say
from themes.initials import initials_svg
from themes.tokens import Brand, brand_of, compute_theme, sheet_of
from themes.tokens.brand import asset_path
from themes.touch import SIDES, touch_icon

OPEN: dict[str, Any] = {"permission": PUBLIC}
# Short, because the name stays when the brand changes.
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}
AskedFor = Annotated[str, QueryParameter(name="for")]
STARTS = {"client": "/portal", "publisher": "/publisher", "console": "/console"}
# Only when there is no network does this say anything; nobody's pages are ever kept.
WORKER = """const KEPT = "offline-%(stamp)s"
const FILES = %(files)s
addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(KEPT)
    await Promise.all(FILES.map((file) => fetch(new Request(file, { credentials: "omit" })).then((answer) => answer.ok && cache.put(file, answer))))
    await skipWaiting()
  }
  event.waitUntil(keep())
})
addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name)
    await clients.claim()
  }
  event.waitUntil(tidy())
})
addEventListener("fetch", (event) => {
  const { request } = event
  if (request.method !== "GET") return
  const away = () => caches.match("/offline").then((page) => page ?? Response.error())
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(away))
  else if (!navigator.onLine && FILES.includes(new URL(request.url).pathname))
    event.respondWith(caches.match(new URL(request.url).pathname).then((file) => file ?? fetch(request)))
})
"""


def _worn() -> tuple[Brand, str]:
    brand = brand_of(bound().brand)
    return brand, brand.product_name or bound().name


@get("/favicon.ico", opt=OPEN)
async def favicon() -> Response[Any]:
    """The brand's picture, or its initials drawn by us."""
    brand, name = _worn()
    if brand.favicon:
        return Response(None, status_code=302, headers={**FOR_AN_HOUR, "Location": asset_path(brand.favicon)})
    return Response(initials_svg(brand, name).encode(), media_type="image/svg+xml", headers=FOR_AN_HOUR)


@get("/apple-touch-icon.png", opt=OPEN)
async def apple_icon() -> Response[bytes]:
    """That device cuts the corners itself."""
    return await _icon(180, maskable=True)


@get("/icons/{kind:str}/{side:int}", opt=OPEN)
async def drawn_icon(kind: FromPath[str], side: FromPath[int]) -> Response[bytes]:
    """`any` or `maskable`, in one of the sizes that the manifest names."""
    if kind not in ("any", "maskable") or side not in SIDES:
        raise NotFound
    return await _icon(side, maskable=kind == "maskable")


async def _icon(side: int, *, maskable: bool) -> Response[bytes]:
    brand, name = _worn()
    stored = await published_picture(brand.favicon) if brand.favicon else None
    body = touch_icon(brand, name, side, maskable=maskable, picture=stored.body if stored else None)
    return Response(body, media_type="image/png", headers=FOR_AN_HOUR)


@get("/manifest.webmanifest", opt=OPEN)
async def manifest(asked: AskedFor = "") -> Response[bytes]:
    """What a device keeps when somebody puts the site on its home screen; each audience starts at its own door."""
    brand, name = _worn()
    light, stamp, start = compute_theme(brand).light, sheet_of(bound().brand).name[6:18], STARTS.get(asked, "/")
    icons = [
        {"src": f"/icons/{kind}/{side}?v={stamp}", "sizes": f"{side}x{side}", "type": "image/png", "purpose": kind}
        for kind in ("any", "maskable")
        for side in SIDES[1:]
    ]
    told = {
        "name": name,
        "short_name": name[:12].strip(),
        "id": start,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "lang": bound().brand.get("lang", "en"),
        "theme_color": light["base-100"],
        "background_color": light["base-100"],
        "icons": icons,
    }
    return Response(msgspec.json.encode(told), media_type="application/manifest+json", headers=FOR_AN_HOUR)


@get("/sw.js", opt=OPEN)
async def worker() -> Response[bytes]:
    """Keeps one page for when there is no network, and nothing else."""
    sheet = sheet_of(bound().brand).name
    font = asset(f"fonts/{brand_of(bound().brand).font}-latin.woff2")
    files = ["/offline", asset("app.css"), f"/brand/{sheet}", font]
    stamp = hashlib.sha256("".join(files).encode()).hexdigest()[:12]
    text = WORKER % {"stamp": stamp, "files": msgspec.json.encode(files).decode()}
    return Response(text.encode(), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@get("/offline", opt=OPEN)
async def offline(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """What stands there without a network: the brand, one sentence, one way on."""
    nothing = {"detail": "", "code": "", "retry_after": None}
    return await pages.page(request, work, "errors/offline.html", nothing, title=say("No connection"))


@get("/robots.txt", opt=OPEN)
async def robots() -> Response[str]:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain", headers=FOR_AN_HOUR)


HANDLERS = [favicon, apple_icon, drawn_icon, manifest, worker, offline, robots]
