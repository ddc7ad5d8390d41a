"""A payment or a credit as somebody types it."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core.errors import invalid
from app.core.money import NotAnAmount, parse_amount
from themes.catalogue import say

LONGEST_KEY = 80


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
    """A day that somebody chose, at noon where they are."""
    raw = str(given.get("received_on") or "")
    if not raw:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(raw).date(), time(12), ZoneInfo(zone))
    except ValueError:
        raise invalid("received_on", say("Choose a day."), "invalid_format") from None
