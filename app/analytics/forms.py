"""What an address says about figures: the period, and what narrows them."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from app.analytics.models import LONGEST, Period, Scope, presets
from app.core.errors import FieldError, Invalid
from themes.catalogue import say

USUAL = "28d"


def read_period(given: Mapping[str, str], now: datetime, zone: str, usual: str = USUAL) -> Period:
    """A preset by `period`, or days by `from` and `to`. Raises Invalid for days that make no sense."""
    if given.get("from") or given.get("to"):
        return _by_hand(given, now, zone)
    known = presets(now, zone)
    key = given.get("period") or usual
    if key not in known:
        raise Invalid([FieldError("period", "not_allowed", say("Choose one of the periods, or enter two days."))])
    _, first, last = known[key]
    return Period(first=first, last=last, zone=zone, key=key)


def _by_hand(given: Mapping[str, str], now: datetime, zone: str) -> Period:
    first, last = _day(given.get("from"), "from"), _day(given.get("to"), "to")
    if last < first:
        raise Invalid([FieldError("to", "not_allowed", say("The last day is before the first. Swap them."))])
    if (last - first).days >= LONGEST:
        raise Invalid([FieldError("from", "too_long", say("This is more than three years. Choose a shorter time."))])
    return Period(first=first, last=last, zone=zone)


def _day(text: str | None, name: str) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Invalid([FieldError(name, "missing", say("Enter a first and a last day."))]) from None


def read_scope(given: Mapping[str, str]) -> Scope:
    """Ids that are none are refused; those that name nothing simply match nothing. Raises Invalid."""
    ids = {name: _id(given.get(name), name) for name in ("owner", "team", "publisher", "offer", "pipeline")}
    return Scope(**ids, state=(given.get("state") or "").upper()[:2], source=(given.get("source") or "")[:200])


def _id(text: str | None, name: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid([FieldError(name, "not_allowed", say("Choose one from the list."))]) from None
