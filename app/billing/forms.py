"""A payment, a credit or the terms of invoices as somebody types them."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import clock
from app.core.errors import FieldError, Invalid, invalid
from app.core.money import NotAnAmount, parse_amount
from themes.catalogue import say

LONGEST_KEY, LONGEST_NOTE, MOST_REMINDERS = 80, 500, 6


class TypedPayment(msgspec.Struct, frozen=True, kw_only=True):
    """`key` came with the form, so that the same press counts once."""

    key: str
    amount: int
    method: str
    reference: str
    received_at: datetime | None


class TypedCredit(msgspec.Struct, frozen=True, kw_only=True):
    """What is let off, and why."""

    key: str
    amount: int
    reason: str


def read_credit(given: Mapping[str, Any], currency: str) -> TypedCredit:
    """Raises Invalid, under the names of the credit's own fields."""
    key = _key(given)
    try:
        amount = parse_amount(given.get("credit") or "", currency)
    except NotAnAmount:
        raise invalid("credit", say("Enter an amount, like 250.00."), "invalid_format") from None
    return TypedCredit(key=key, amount=amount, reason=str(given.get("reason") or "")[:120])


def _key(given: Mapping[str, Any]) -> str:
    key = str(given.get("key") or "")
    if not 8 <= len(key) <= LONGEST_KEY:
        raise invalid("key", say("Open the invoice again and do it there."), "missing")
    return key


def read_payment(given: Mapping[str, Any], currency: str, zone: str) -> TypedPayment:
    """Raises Invalid."""
    key = _key(given)
    try:
        amount = parse_amount(given.get("amount") or "", currency)
    except NotAnAmount:
        raise invalid("amount", say("Enter an amount, like 250.00."), "invalid_format") from None
    return TypedPayment(
        key=key,
        amount=amount,
        method=str(given.get("method") or ""),
        reference=str(given.get("reference") or "")[:120],
        received_at=_noon(given, zone),
    )


def _noon(given: Mapping[str, Any], zone: str) -> datetime | None:
    """A day that somebody chose, at noon where they are; never one that is still to come."""
    raw, now = str(given.get("received_on") or ""), clock.now().astimezone(ZoneInfo(zone))
    if not raw:
        return None
    try:
        day = datetime.fromisoformat(raw).date()
    except ValueError:
        raise invalid("received_on", say("Choose a day."), "invalid_format") from None
    if day > now.date():
        raise invalid("received_on", say("This day is still to come. Choose today or an earlier one."))
    return min(now, datetime.combine(day, time(12), ZoneInfo(zone)))


class TypedTerms(msgspec.Struct, frozen=True, kw_only=True):
    """`reminders` in days after the due day, below nothing before it, in order."""

    days: int
    reminders: tuple[int, ...]
    note: str


def read_terms(given: Mapping[str, Any]) -> TypedTerms:
    """Raises Invalid with a fault for each field."""
    faults: list[FieldError] = []
    due = _numbers(given, "days", 0, 90, 1, faults)
    before = _numbers(given, "before", 1, 30, MOST_REMINDERS, faults)
    after = _numbers(given, "after", 0, 90, MOST_REMINDERS, faults)
    note = str(given.get("note") or "").replace("\0", "").strip()
    if not faults and not due:
        faults.append(
            FieldError("days", "missing", say("Enter a number of days from %(least)s to %(most)s.", least=0, most=90))
        )
    if len(note) > LONGEST_NOTE:
        faults.append(FieldError("note", "too_long", say("Use at most %(most)s characters.", most=LONGEST_NOTE)))
    if len(before) + len(after) > MOST_REMINDERS:
        faults.append(FieldError("after", "not_allowed", say("At most %(most)s reminders.", most=MOST_REMINDERS)))
    if faults:
        raise Invalid(faults)
    return TypedTerms(days=due[0], reminders=tuple(sorted({*(-each for each in before), *after})), note=note)


def _numbers(
    given: Mapping[str, Any], name: str, least: int, most: int, count: int, faults: list[FieldError]
) -> list[int]:
    """Whole numbers with commas between; nothing is none."""
    raw = [part.strip() for part in str(given.get(name) or "").split(",") if part.strip()]
    found = [int(part) for part in raw if part.isascii() and part.isdigit() and len(part) < 4]
    if len(found) < len(raw) or len(found) > count or any(not least <= each <= most for each in found):
        said = say("Enter numbers of days from %(least)s to %(most)s, with commas between.", least=least, most=most)
        faults.append(FieldError(name, "not_allowed", said))
        return []
    return sorted(set(found))
