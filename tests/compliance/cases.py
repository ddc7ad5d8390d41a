"""People and moments for the gate's tests, and the hours of every state written down a second time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.compliance.models import (
    Consent,
    Facts,
    Reassigned,
    Request,
    RuleBook,
    Verdict,
    decide,
    shipped_rules,
)
from app.core.places import Whereabouts, states

BOOK = shipped_rules()
CALL, TEXT, MAIL = Request("call"), Request("sms"), Request("email")
ROBOCALL, BULK_TEXT = Request("call", automated=True), Request("sms", automated=True)

EAST, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
HAWAII, ALASKA = "Pacific/Honolulu", "America/Anchorage"

# Hours on ordinary days (Monday to Friday, Saturday, Sunday), by hand, apart from the product's own data.
FEDERAL = ((8, 21), (8, 21), (8, 21))


def daily(start: int, end: int) -> tuple[tuple[int, int], ...]:
    return ((start, end),) * 3


MANUAL: dict[str, tuple[tuple[int, int] | None, ...]] = {
    "AL": ((8, 20), (8, 20), None),
    "CT": daily(9, 20),
    "FL": daily(8, 20),
    "KY": daily(10, 21),
    "LA": ((8, 20), (8, 20), None),
    "MA": daily(8, 20),
    "MD": daily(8, 20),
    "MI": daily(9, 21),
    "MN": daily(9, 21),
    "MS": ((8, 20), (8, 20), None),
    "NM": daily(9, 21),
    "NV": daily(9, 20),
    "OK": daily(8, 20),
    "RI": ((9, 18), (10, 17), None),
    "TX": ((9, 21), (9, 21), (12, 21)),
    "WA": daily(8, 20),
}
AUTOMATED = MANUAL | {
    "IL": daily(9, 21),
    "NE": ((8, 21), (8, 21), (13, 21)),
    "SD": ((9, 21), None, None),
}
CLOSED_ON_HOLIDAYS = frozenset("AL LA MS PA RI UT".split())
FIFTY_ONE = sorted(code for code in states() if code not in ("PR", "VI", "GU", "MP", "AS"))


def hours_of(state: str, automated: bool, day: date) -> tuple[int, int] | None:
    """The table's hours on an ordinary day."""
    table = AUTOMATED if automated else MANUAL
    return table.get(state, FEDERAL)[max(day.weekday() - 4, 0)]


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def at(zone: str, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A wall-clock time of `zone`, in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


LONG_AGO = utc(2020, 1, 1)


def in_state(state: str, zone: str | None = None) -> Whereabouts:
    """Somebody whose state and one zone are certain."""
    return Whereabouts(frozenset({zone or min(states()[state].zones)}), frozenset({state}))


def willing(where: Whereabouts, now: datetime = utc(2026, 8, 5), **known: Any) -> Facts:
    """Dana, who agreed in writing to everything, her number checked yesterday: only time refuses her."""
    consent = Consent(frozenset({"call", "sms", "email"}), LONG_AGO)
    facts = Facts(
        where,
        phone="+17275550142",
        email="dana@example.com",
        name="Dana",
        consents=(consent,),
        scrubbed_at=now - timedelta(days=1),
        reassigned=Reassigned(now - timedelta(days=1), "no"),
    )
    return replace(facts, **known)


def judge(request: Request, facts: Facts, now: datetime, book: RuleBook = BOOK) -> Verdict:
    return decide(request, facts, book, now)


def codes(request: Request, facts: Facts, now: datetime, book: RuleBook = BOOK) -> set[str]:
    return {refusal.code for refusal in decide(request, facts, book, now).refusals}
