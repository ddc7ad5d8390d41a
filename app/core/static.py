"""Hashed files of the front end and the tenant's own stylesheet: immutable, cacheable, the same bytes for everybody."""

from typing import Any

from app.core.runtime import runtime
from tenants.binding import bound_or_none
from tenants.host import Scope

IMMUTABLE = b"public, max-age=31536000, immutable"


async def serve(scope: Scope, receive: Any, send: Any) -> None:
    """`/assets/<file>` and `/brand/<version>.css`; anything else is 404."""
    from themes.assets import static_file

    path = scope["path"]
    found = static_file(path.removeprefix("/assets/")) if path.startswith("/assets/") else await _brand(path)
    status, headers = 404, [(b"cache-control", b"no-store"), (b"content-length", b"0")]
    body = b""
    if found is not None:
        body, content_type, _etag = found
        status = 200
        headers = [
            (b"content-type", content_type.encode()), (b"cache-control", IMMUTABLE), (b"content-length", str(len(body)).encode()),
        ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})


async def _brand(path: str) -> tuple[bytes, str, str] | None:
    from themes.tokens import brand_css, parse_brand

    tenant = bound_or_none()
    if tenant is None or not path.startswith("/brand/") or not path.endswith(".css"):
        return None
    _ = runtime()
    return brand_css(parse_brand(tenant.brand)).encode(), "text/css; charset=utf-8", ""
