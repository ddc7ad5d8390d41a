"""What a leaf compares with: made from the value once, when the condition is checked."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.core.fields import Field, Unreadable, comparable, json_safe, read
from app.core.fields.readers.dates import is_day
from app.core.fields.readers.words import line, short_line
from themes import formats
from themes.catalogue import later, say

RELATIVE = re.compile(r"today(?: ?([+-]) ?(\d{1,4}))?", re.ASCII)
LONGEST = 200  # characters of a text that is looked for
FARTHEST = 3_660  # days


class Today(msgspec.Struct, frozen=True):
    """So many days from today in the tenant's zone."""

    days: int = 0

    def day(self, now: datetime, zone: tzinfo) -> date:
        return now.astimezone(zone).date() + timedelta(days=self.days)


class Now(msgspec.Struct, frozen=True):
    """The moment at which the condition is asked."""


class Me(msgspec.Struct, frozen=True):
    """Whoever asks: how a shared view "Mine" is written."""


Point = date | datetime | Today | Now
Operand = str | Decimal | UUID | Point | Me


def resolve(point: Point, now: datetime, zone: tzinfo) -> date | datetime:
    """A day or a moment that stands still."""
    if isinstance(point, Today):
        return point.day(now, zone)
    return now if isinstance(point, Now) else point


def one(field: Field, raw: Any, zone: tzinfo = UTC) -> tuple[Any, Operand]:
    """The value to store and what to compare with. Raises Unreadable with the sentence for people."""
    if field.type == "reference" and raw == "me":
        return raw, Me()
    if field.kind in ("day", "moment"):
        return _point(field, raw, zone)
    value = read(msgspec.structs.replace(field, minimum=None, maximum=None, max_length=LONGEST), raw, zone)
    if field.kind == "words":
        return value, _searchable(comparable(value))
    return json_safe(value), Decimal(value) if field.kind == "number" else value


def _searchable(text: str) -> str:
    if not text:
        raise Unreadable("missing", "Enter at least one letter or digit to look for.")
    return text


def _point(field: Field, raw: Any, zone: tzinfo) -> tuple[Any, Point]:
    typed = short_line(raw).lower()
    if found := RELATIVE.fullmatch(typed):
        days = int(found[2] or 0) * (-1 if found[1] == "-" else 1)
        if abs(days) > FARTHEST:
            raise Unreadable(
                "not_allowed",
                say(
                    "%(days)s days is too far away. Use at most %(most)s.",
                    days=formats.number(abs(days)),
                    most=formats.number(FARTHEST),
                ),
            )
        return typed.replace(" ", ""), Today(days)
    if typed == "now" and field.kind == "moment":
        return typed, Now()
    if field.kind == "day" or is_day(raw):
        day = read(msgspec.structs.replace(field, type="date"), raw, zone)
        return day.isoformat(), day
    moment = read(field, raw, zone)
    return json_safe(moment), moment


def fragment(field: Field, op: str, raw: Any) -> tuple[str, str]:
    """A part of a text to look for, in the form in which the field's texts are compared."""
    typed = line(raw)
    if len(typed) > LONGEST:
        raise Unreadable(
            "too_long",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=formats.number(len(typed)),
                limit=LONGEST,
            ),
        )
    if field.kind == "words":
        return typed, _searchable(comparable(typed))
    part = _searchable(_part(field, typed))
    return typed, _international(part) if field.type == "phone" and op == "starts_with" else part


def _part(field: Field, typed: str) -> str:
    if field.type == "phone":
        return ("+" if typed.startswith("+") else "") + re.sub(r"[^0-9]", "", typed)
    return typed.lower().strip()


def _international(part: str) -> str:
    """Area codes are how people say it: 727 means +1727. No US area code starts with 1."""
    if part.startswith("+"):
        return part
    return f"+{part}" if part.startswith("1") else f"+1{part}"


Span = Literal["days", "hours"]


def span(raw: Any, unit: Span) -> int:
    """A whole number of days or hours, at least 1."""
    most = FARTHEST if unit == "days" else 24 * FARTHEST
    number = int(raw) if isinstance(raw, str) and re.fullmatch(r"\d{1,6}", raw, re.ASCII) else raw
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
        said = (
            later("Enter a whole number of days, from 1 to %(most)s.")
            if unit == "days"
            else later("Enter a whole number of hours, from 1 to %(most)s.")
        )
        raise Unreadable("invalid_format", say(said, most=formats.number(most)))
    return number
