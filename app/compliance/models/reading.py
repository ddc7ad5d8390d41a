"""Reads a rule from data and refuses what it does not understand."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.compliance.models.facts import CHANNELS, PURPOSES, Channel, Purpose
from app.compliance.models.holidays import WEEKDAYS
from app.compliance.models.rules import (
    ELSEWHERE,
    Asked,
    Days,
    Hold,
    Hours,
    Limit,
    Lists,
    Revocation,
    Rule,
    Span,
    Terms,
)
from app.core.places import states


class BadRule(ValueError):
    """A rule that cannot be read; the text says what is wrong, for the person who entered it."""


def _minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(minute) == 2 and int(minute) < 60):
        raise BadRule(f"{text!r} is no time. Write it like 08:00.")
    total = int(hour) * 60 + int(minute)
    if total > 24 * 60:
        raise BadRule(f"{text!r} is after the end of the day.")
    return total


def read_span(text: str) -> Span:
    """`08:00-20:00` or `closed`. Raises BadRule."""
    if text == "closed":
        return None
    start, _, end = text.partition("-")
    span = _minute(start), _minute(end)
    if span[0] >= span[1]:
        raise BadRule(f"{text!r} ends before it begins.")
    return span


def _hours(row: Mapping[str, Any]) -> Hours:
    week = dict(row["week"])
    if unknown := set(week) - {"daily", "holiday", *WEEKDAYS}:
        raise BadRule(f"Unknown day: {', '.join(sorted(unknown))}.")
    daily = week.get("daily", "closed")
    spans = tuple(read_span(week.get(day, daily)) for day in WEEKDAYS)
    return Hours(spans, read_span(week.get("holiday", "closed")), "holiday" in week)


def _number(row: Mapping[str, Any], name: str, least: int = 1) -> int:
    value = row[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadRule(f"{name} must be a whole number from {least}.")
    return value


def _channels(values: Any) -> frozenset[Channel]:
    if not values or not set(values) <= set(CHANNELS):
        raise BadRule(f"Channels are {', '.join(CHANNELS)}.")
    return frozenset(values)


def _limit(row: Mapping[str, Any]) -> Limit:
    counts = _channels(row.get("counts", ["call", "sms"]))
    return Limit(_number(row, "count"), _number(row, "hours"), counts, bool(row.get("same_subject")))


def _asked(row: Mapping[str, Any]) -> Asked:
    if row["level"] not in ("written", "express"):
        raise BadRule("Consent is written or express.")
    return Asked(row["level"])


def _lists(row: Mapping[str, Any]) -> Lists:
    months = (_number(row, name, 0) for name in ("purchase_months", "inquiry_months"))
    return Lists(_number(row, "scrub_days"), *months)


READERS: dict[str, Any] = {
    "hours": _hours,
    "limit": _limit,
    "consent": _asked,
    "dnc": _lists,
    "revocation": lambda row: Revocation(_number(row, "confirm_minutes", 0)),
    "hold": lambda row: Hold(_channels(row["opt_outs"]), _number(row, "years")),
    "wait": lambda row: Days(_number(row, "days")),
    "reassigned_check": lambda row: Days(_number(row, "days")),
}
BARE = frozenset("litigator reassigned forbidden reach client suppression bankruptcy federal recording note".split())
COMMON = frozenset(
    "id state kind says source confidence channels purposes automated vertical effective verify repealed".split()
)
OWN = {
    "hours": {"week"},
    "limit": {"count", "hours", "counts", "same_subject"},
    "consent": {"level"},
    "dnc": {"scrub_days", "purchase_months", "inquiry_months"},
    "revocation": {"confirm_minutes"},
    "hold": {"opt_outs", "years"},
    "wait": {"days"},
    "reassigned_check": {"days"},
}


def _terms(row: Mapping[str, Any]) -> Terms:
    kind = row["kind"]
    if kind not in READERS and kind not in BARE:
        raise BadRule(f"There is no kind of rule called {kind!r}.")
    if unknown := set(row) - COMMON - OWN.get(kind, set()):
        raise BadRule(f"A rule of the kind {kind} has no {', '.join(sorted(unknown))}.")
    terms: Terms = READERS[kind](row) if kind in READERS and not row.get("repealed") else None
    return terms


def _purposes(row: Mapping[str, Any]) -> frozenset[Purpose]:
    usual = ["marketing", "servicing"] if row["kind"] == "hours" else ["marketing"]
    purposes = row.get("purposes", usual)
    if not purposes or not set(purposes) <= set(PURPOSES):
        raise BadRule(f"Purposes are {', '.join(PURPOSES)}.")
    return frozenset(purposes)


def _check_common(row: Mapping[str, Any], overridden: bool) -> None:
    for name in ("id", "state", "says", "source"):
        if not str(row[name]).strip():
            raise BadRule(f"{name} is missing.")
    if row["confidence"] not in ("P", "S", "K"):
        raise BadRule("Confidence is P, S or K.")
    if row["state"] not in ELSEWHERE and row["state"] not in states():
        raise BadRule(f"There is no state {row['state']}.")
    if not isinstance(row.get("effective"), date | None) or (overridden and not row.get("effective")):
        raise BadRule("Say from which date the rule is in force.")


def parse(row: Mapping[str, Any], overridden: bool = False) -> Rule:
    """A rule from the keys of the data files. Raises BadRule for anything missing, unknown or out of range.

    An administrator's correction is a row with the id of the rule it corrects, its own source and an
    effective date; `repealed = true` ends the rule from that date.
    """
    try:
        _check_common(row, overridden)
        return Rule(
            id=row["id"],
            state=row["state"],
            kind=row["kind"],
            says=row["says"],
            source=row["source"],
            confidence=row["confidence"],
            channels=_channels(row.get("channels", ["call", "sms"])),
            purposes=_purposes(row),
            terms=_terms(row),
            automated=bool(row.get("automated")),
            vertical=row.get("vertical"),
            effective=row.get("effective"),
            verify=row.get("verify", row["confidence"] != "P" and row["state"] != "HOUSE"),
            repealed=bool(row.get("repealed")),
            overridden=overridden,
        )
    except KeyError as missing:
        raise BadRule(f"{missing.args[0]} is missing.") from None
