"""What browsers ask for by a fixed name: icon, manifest, robots. Each host gets its own brand's."""

from typing import Any

import msgspec
from litestar import Response, get

from app.core.web import PUBLIC
from tenants.binding import bound
from themes.images import ICON_SIDE
from themes.initials import initials_icon, initials_svg
from themes.tokens import Brand, brand_of, compute_theme
from themes.tokens.brand import asset_path

OPEN: dict[str, Any] = {"permission": PUBLIC}
# Short, because the name stays when the brand changes.
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


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
async def touch_icon() -> Response[Any]:
    """Only a picture will do here; without one the device makes its own of the page."""
    brand, _ = _worn()
    if brand.favicon:
        return Response(None, status_code=302, headers={**FOR_AN_HOUR, "Location": asset_path(brand.favicon)})
    return Response(b"", status_code=404, media_type="text/plain", headers={"Cache-Control": "no-store"})


@get("/manifest.webmanifest", opt=OPEN)
async def manifest() -> Response[bytes]:
    """What a device keeps when somebody puts the site on its home screen."""
    brand, name = _worn()
    light = compute_theme(brand).light
    told = {
        "name": name,
        "short_name": name[:12].strip(),
        "id": "/",
        "start_url": "/",
        "display": "standalone",
        "theme_color": light["base-100"],
        "background_color": light["base-100"],
        "icons": [_icon(brand, name)],
    }
    return Response(msgspec.json.encode(told), media_type="application/manifest+json", headers=FOR_AN_HOUR)


def _icon(brand: Brand, name: str) -> dict[str, str]:
    if brand.favicon:
        return {"src": asset_path(brand.favicon), "sizes": f"{ICON_SIDE}x{ICON_SIDE}", "type": "image/png"}
    return {"src": initials_icon(brand, name), "sizes": "any", "type": "image/svg+xml"}


@get("/robots.txt", opt=OPEN)
async def robots() -> Response[str]:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain", headers=FOR_AN_HOUR)


HANDLERS = [favicon, touch_icon, manifest, robots]
