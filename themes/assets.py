"""The files that the front-end build wrote: plain names to hashed addresses, and their bytes.

Every name carries the hash of its content, so an answer may be kept for ever.
Nothing outside the manifest is served.
"""

import hashlib
from functools import lru_cache
from pathlib import Path

import msgspec

DIST = Path(__file__).parent / "dist"
PREFIX = "/assets/"
IMMUTABLE = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Manifest(msgspec.Struct, frozen=True):
    """`files` maps plain to hashed names; `icons` are the symbols of the sprite."""

    files: dict[str, str] = {}
    icons: frozenset[str] = frozenset()


class StaticFile(msgspec.Struct, frozen=True):
    """One answer: send `body` with these headers; 304 when the request's If-None-Match holds `etag`."""

    body: bytes
    content_type: str
    etag: str
    encoding: str = ""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Everything but the length."""
        common = [
            ("content-type", self.content_type),
            ("cache-control", IMMUTABLE),
            ("etag", self.etag),
            ("vary", "accept-encoding"),
        ]
        return [*common, ("content-encoding", self.encoding)] if self.encoding else common


def manifest() -> Manifest:
    """What was built; read again after a new build, empty before the first one."""
    path = DIST / "manifest.json"
    try:
        return _manifest(path.stat().st_mtime_ns)
    except FileNotFoundError:
        return Manifest()


@lru_cache(maxsize=2)
def _manifest(_stamp: int) -> Manifest:
    return msgspec.json.decode((DIST / "manifest.json").read_bytes(), type=Manifest)


def asset(name: str) -> str:
    """The address of `app.css`, `fonts/inter-latin.woff2` …; before the first build the plain name, which
    nobody answers.
    """
    return PREFIX + manifest().files.get(name, name)


def static_file(name: str) -> tuple[bytes, str, str] | None:
    """Body, content type and etag of a hashed name, as it lies there; None if it was not built."""
    found = encoded_file(name, "")
    return (found.body, found.content_type, found.etag) if found else None


def encoded_file(name: str, accept_encoding: str) -> StaticFile | None:
    """The same, compressed as the browser likes best; see `StaticFile.headers`."""
    known = manifest().files.values()
    if name not in known:
        return None
    for encoding, ending in ENCODINGS:
        if encoding in accept_encoding and (found := _read(name, encoding, ending)):
            return found
    return _read(name, "", "")


@lru_cache(maxsize=256)
def _read(name: str, encoding: str, ending: str) -> StaticFile | None:
    try:
        body = (DIST / f"{name}{ending}").read_bytes()
    except FileNotFoundError:
        return None
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    return StaticFile(body, TYPES[Path(name).suffix], etag, encoding)
