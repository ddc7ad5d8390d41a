"""`demo.json`: who can sign in where, with what; written once the world stands, read by the desk and by tools outside."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from app.core.settings import settings


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody of the demo with the password for the first sign-in."""

    role: str
    email: str
    password: str
    name: str = ""
    totp_secret: str | None = None
    about: str = ""


class PublisherEntry(msgspec.Struct, frozen=True):
    name: str
    api_key: str
    offers: list[str]


class TenantEntry(msgspec.Struct, frozen=True, omit_defaults=False):
    slug: str
    name: str
    blueprint: str
    reseller: str
    url: str
    people: list[Person] = []
    publishers: list[PublisherEntry] = []
    api_keys: list[dict[str, Any]] = []


class Handbook(msgspec.Struct, frozen=True):
    """The external contract's shape."""

    console: str
    mailbox: str
    people: list[Person]
    tenants: list[TenantEntry]


def path() -> Path:
    return settings().data_dir / "demo.json"


def read() -> Handbook | None:
    """None until the world stands."""
    try:
        return msgspec.json.decode(path().read_bytes(), type=Handbook)
    except FileNotFoundError:
        return None


def move_to(origin: Callable[[str], str], desk: str) -> None:
    """The addresses of a world that was made on another port follow the one it is served on now."""
    for file in (path(), draft()):
        if file.exists():
            book = msgspec.json.decode(file.read_bytes(), type=Handbook)
            tenants = [msgspec.structs.replace(one, url=_moved(one.url, origin)) for one in book.tenants]
            _keep(
                msgspec.structs.replace(book, console=_moved(book.console, origin), mailbox=desk, tenants=tenants), file
            )


def _moved(url: str, origin: Callable[[str], str]) -> str:
    return origin(urlsplit(url).hostname or "")


def draft() -> Path:
    """The handbook of a world whose newest leads have not been posted yet."""
    return path().with_suffix(".draft")


def read_draft() -> Handbook:
    return msgspec.json.decode(draft().read_bytes(), type=Handbook)


def keep_draft(handbook: Handbook) -> None:
    _keep(handbook, draft())


def _keep(handbook: Handbook, file: Path) -> None:
    """Complete or not at all, readable by us alone: it holds passwords, if only invented ones."""
    new = path().with_suffix(".new")
    new.touch(mode=0o600)
    new.write_bytes(msgspec.json.format(msgspec.json.encode(handbook), indent=2))
    os.replace(new, file)


def publish() -> None:
    """The world stands: the draft becomes `demo.json`."""
    os.replace(draft(), path())
