"""Plain text: what may be stored of it."""

import unicodedata
from datetime import tzinfo
from decimal import Decimal

from app.core.fields.field import Field
from app.core.fields.readers.faults import Unreadable
from themes import formats
from themes.catalogue import say

DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they make a text look like another
MOST = 100_000  # characters that are looked at before anything is cut


def plain(raw: object) -> str:
    """One text out of what a form or JSON holds. Raises Unreadable for lists, objects and truth values."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise Unreadable("invalid_format", "Send one value here, as text.")
    if isinstance(raw, int) and raw.bit_length() > 256:
        raise Unreadable("too_long", "This number is too long. Shorten it.")
    text = raw if isinstance(raw, str) else str(raw)
    if len(text) > MOST:
        raise Unreadable("too_long", say("This has %(count)s characters. Shorten it.", count=formats.number(len(text))))
    return text


def line(raw: object) -> str:
    """One line without anything unseen: line breaks and tabs become spaces, control characters go."""
    return " ".join(_storable(plain(raw)).split())


def short_line(raw: object, most: int = 100) -> str:
    """One line of what is never long: dates, numbers, codes, names of options."""
    typed = plain(raw)
    if len(typed) > most:
        raise Unreadable(
            "too_long", say("This has %(count)s characters. Shorten it.", count=formats.number(len(typed)))
        )
    return line(typed)


def lines(raw: object) -> str:
    """The same with its line breaks kept."""
    text = _storable(plain(raw).replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(" ".join(part.split("\t")).rstrip() for part in text.split("\n")).strip()


def _storable(text: str) -> str:
    kept = (
        mark
        for mark in text
        if mark in "\n\t" or not (unicodedata.category(mark) in ("Cc", "Cs") or mark in DIRECTIONS)
    )
    return unicodedata.normalize("NFC", "".join(kept))


def fitting(field: Field, text: str) -> str:
    if len(text) > field.length:
        raise Unreadable(
            "too_long",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=formats.number(len(text)),
                limit=formats.number(field.length),
            ),
        )
    return text


def text(field: Field, raw: object, _zone: tzinfo) -> str:
    return fitting(field, line(raw))


def long_text(field: Field, raw: object, _zone: tzinfo) -> str:
    return fitting(field, lines(raw))
