"""Pages go out compressed. A page holds what somebody typed beside the form token, so its length must tell nothing about
either: each answer's gzip header carries a file name of random length (as in "Heal the BREACH").
"""

import secrets
import zlib
from typing import Any

from tenants.host import ASGIApp, Scope

LEAST = 1_000  # bytes; less is not worth the header
LEVEL = 5
PADDING = 100


class Squeeze:
    """Compresses whole HTML answers for browsers that take gzip. Streams, files and what is encoded already pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not _takes_gzip(scope):
            return await self.app(scope, receive, send)
        held: list[dict[str, Any]] = []

        async def squeezed(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start" and _is_page(message["headers"]):
                held.append(message)
                return
            if held and message["type"] == "http.response.body":
                start, message = _packed(held.pop(), message)
                await send(start)
            await send(message)

        await self.app(scope, receive, squeezed)


def _takes_gzip(scope: Scope) -> bool:
    return any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"])


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    found = {name.lower(): value for name, value in headers}
    return found.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in found


def _packed(start: dict[str, Any], body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    page = body.get("body", b"")
    kept = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    kept.append((b"vary", b"Accept-Encoding"))
    if body.get("more_body") or len(page) < LEAST:
        return {**start, "headers": [*start["headers"], (b"vary", b"Accept-Encoding")]}, body
    packed = gzip(page)
    more = [(b"content-encoding", b"gzip"), (b"content-length", str(len(packed)).encode())]
    return {**start, "headers": [*kept, *more]}, {**body, "body": packed}


def gzip(page: bytes) -> bytes:
    """RFC 1952, with a file name of 1 to PADDING random letters."""
    name = secrets.token_hex(PADDING)[: 1 + secrets.randbelow(PADDING)].encode()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(page) + packer.flush()
    tail = zlib.crc32(page).to_bytes(4, "little") + (len(page) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + b"\0" + body + tail
