"""Hashed files of the front end and the tenant's own stylesheet: immutable, cacheable, the same bytes for everybody."""

from typing import Any

from tenants.binding import bound
from tenants.host import Scope
from themes.assets import static_file
from themes.tokens import brand_css, parse_brand

IMMUTABLE = b"public, max-age=31536000, immutable"
Found = tuple[bytes, str, str] | None


async def assets(scope: Scope, receive: Any, send: Any) -> None:
    """`/assets/<hashed name>`: what the front-end build wrote."""
    await _send(scope, send, static_file(_below("/assets/", scope)))


async def brand(scope: Scope, receive: Any, send: Any) -> None:
    """`/brand/<version>.css`: the published brand of the host that was asked."""
    wanted = _below("/brand/", scope)
    css = brand_css(parse_brand(bound().brand)) if wanted.endswith(".css") else None
    await _send(scope, send, (css.encode(), "text/css; charset=utf-8", "") if css else None)


def _below(prefix: str, scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(prefix).lstrip("/")


async def _send(scope: Scope, send: Any, found: Found) -> None:
    body, content_type, _etag = found or (b"", "text/plain", "")
    cache = IMMUTABLE if found else b"no-store"
    headers = [
        (b"content-type", content_type.encode()),
        (b"cache-control", cache),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
