"""Hashed files of the front end, and the tenant's own stylesheet and pictures: immutable, the same bytes for everybody."""

from typing import Any

from sqlalchemy import text

from app.core.runtime import runtime
from tenants.binding import bound
from tenants.host import Scope
from themes.assets import StaticFile, encoded_file
from themes.tokens import sheet_of

CSS = "text/css; charset=utf-8"


async def assets(scope: Scope, receive: Any, send: Any) -> None:
    """`/assets/<hashed name>`: what the front-end build wrote, compressed as the browser likes."""
    accepted = _header(scope, b"accept-encoding")
    await _send(scope, send, encoded_file(_below("/assets/", scope), accepted))


async def brand(scope: Scope, receive: Any, send: Any) -> None:
    """`/brand/<version>.css` and `/brand/files/<key>`: the published brand of the host that was asked."""
    wanted = _below("/brand/", scope)
    if wanted.startswith("files/"):
        return await _send(scope, send, await published_picture(wanted.removeprefix("files/")))
    if not wanted.endswith(".css"):
        return await _send(scope, send, None)
    worn = await _reseller_brand(wanted) if wanted.startswith("reseller/") else bound().brand
    sheet = sheet_of(worn) if worn is not None else None
    found = StaticFile(sheet.css.encode(), CSS, f'"{sheet.name}"') if sheet else None
    # A process that doesn't know of a publishing yet must not have the old sheet kept under the new name.
    await _send(scope, send, found, keep=sheet is not None and wanted.endswith(sheet.name))


async def published_picture(key: str) -> StaticFile | None:
    """A picture of this tenant alone; keys carry the hash of their content."""
    async with runtime().directory.control().connect() as connection:
        row = (
            await connection.execute(
                text("select content_type, body from control.brand_assets where tenant_id = :tenant and key = :key"),
                {"tenant": bound().id, "key": key},
            )
        ).first()
    return StaticFile(bytes(row.body), row.content_type, f'"{key}"') if row else None


async def _reseller_brand(wanted: str) -> dict[str, Any] | None:
    """`reseller/<id>-<version>.css`, on the console alone: there it is what its people see after signing in."""
    if bound().blueprint != "operator":
        return None
    async with runtime().directory.control().connect() as connection:
        found: dict[str, Any] | None = await connection.scalar(
            text("select brand from control.resellers where id::text = :id"), {"id": wanted[9:45]}
        )
    return found


def _below(prefix: str, scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(prefix).strip("/")  # a mounted path comes with a slash at its end


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _send(scope: Scope, send: Any, found: StaticFile | None, *, keep: bool = True) -> None:
    body, status, headers = b"", 404, [("cache-control", "no-store"), ("content-type", "text/plain")]
    if found is not None:
        unchanged = _header(scope, b"if-none-match") == found.etag
        body, status, headers = (b"", 304, found.headers) if unchanged else (found.body, 200, found.headers)
    raw = [(name.encode(), value.encode()) for name, value in headers if keep or name != "cache-control"]
    raw += [] if keep else [(b"cache-control", b"no-store")]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
