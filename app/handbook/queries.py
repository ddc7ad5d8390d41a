"""Pages of the handbook as somebody may read them: all, one, the one about an address, those that say a word."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.core import config
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from themes.terms import NAMES, words

DATA = Path(__file__).parent / "data"
AROUND = 90  # letters of a text on each side of what was searched
_WORD = re.compile(rf"\{{({'|'.join(NAMES)})(s?)\}}", re.IGNORECASE)
_MARKS = re.compile(r"[*`#]|\[([^\]]*)\]\([^)]*\)")
_markdown = MarkdownIt("commonmark", {"html": False})


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """`at` are beginnings of the addresses that it explains, with `*` for one part; `setting` must stand for the tenant to have this at all."""

    name: str = ""
    title: str
    at: tuple[str, ...]
    group: str
    order: int
    permission: str = ""
    setting: str = ""
    body: str = ""


class News(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    title: str
    text: str
    url: str
    permission: str = ""


class Found(msgspec.Struct, frozen=True):
    """A page that says what was searched, and where it does."""

    page: Page
    excerpt: str


@cache
def _all() -> tuple[Page, ...]:
    found = [_read(path) for path in DATA.glob("*.md")]
    return tuple(sorted(found, key=lambda page: page.order))


def _read(path: Path) -> Page:
    _, head, body = path.read_text().split("---\n", 2)
    return msgspec.convert({**yaml.safe_load(head), "name": path.stem, "body": body.strip()}, Page)


@cache
def _news() -> tuple[News, ...]:
    return tuple(msgspec.convert(yaml.safe_load((DATA / "news.yaml").read_text()), list[News]))


async def pages(work: Work, person: Person) -> list[Page]:
    """What goes with this person's rights and this tenant's business, in the tenant's words. Clients have none."""
    if person.audience == "client":
        return []
    settings = await config.everything(work)
    return [
        msgspec.structs.replace(page, title=said(page.title), group=said(page.group), body=said(page.body))
        for page in _all()
        if (not page.permission or person.may(page.permission))
        and (not page.setting or _stands(settings, page.setting))
    ]


def _stands(settings: dict[str, Any], dotted: str) -> bool:
    """`screening.incident`: whether the tenant's business has that."""
    value: Any = settings
    for part in dotted.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return bool(value)


async def page(work: Work, person: Person, name: str) -> Page:
    """Raises NotFound, also for one that is not for this person."""
    for found in await pages(work, person):
        if found.name == name:
            return found
    raise NotFound


async def about(work: Work, person: Person, address: str) -> Page | None:
    """The page that explains this address: the one with the longest beginning of it."""
    fitting = [
        (len(start), found) for found in await pages(work, person) for start in found.at if _begins(start, address)
    ]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


def _begins(start: str, address: str) -> bool:
    """Part by part; `*` is any one, like a record's id. What ends in a slash explains only what lies deeper."""
    parts, given = start.rstrip("/").split("/"), address.split("/")
    deep_enough = len(given) >= len(parts) + start.endswith("/")
    return deep_enough and all(part in ("*", there) for part, there in zip(parts, given, strict=False))


async def search(work: Work, person: Person, wanted: str) -> list[Found]:
    """Pages that hold every word, those that have it in the title first."""
    parts = wanted.casefold().split()
    found = []
    for one in await pages(work, person):
        text = _MARKS.sub(r"\1", one.body)
        if all(part in f"{one.title}\n{text}".casefold() for part in parts):
            titled = all(part in one.title.casefold() for part in parts)
            found.append((not titled, one.order, Found(one, _excerpt(text, parts))))
    return [each[2] for each in sorted(found, key=lambda each: each[:2])]


def _excerpt(text: str, parts: list[str]) -> str:
    plain = " ".join(text.split())
    at = max(0, min((plain.casefold().find(part) for part in parts if part in plain.casefold()), default=0) - AROUND)
    cut = plain[at : at + 2 * AROUND]
    return f"{'…' if at else ''}{cut.strip()}{'…' if len(plain) > at + 2 * AROUND else ''}"


async def news(work: Work, person: Person) -> list[tuple[News, Markup]]:
    """The latest first, as far as it is something for this person."""
    shown = [one for one in _news() if not one.permission or person.may(one.permission)]
    return [(one, html(said(one.text))) for one in shown]


def said(text: str) -> str:
    """`{leads}` as this tenant calls them."""
    known = words()
    return _WORD.sub(lambda match: known[match[1] + match[2].lower()], text)


def html(text: str) -> Markup:
    """Markdown without any HTML of its own; links as they look everywhere."""
    made: Any = _markdown.render(text).replace("<a ", '<a class="link" ')
    return Markup(made)
