"""What holds for all publishers of a tenant: one setting, `publishers`. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from app.publishers.models.terms import Terms


class Rules(msgspec.Struct, frozen=True):
    """`go_live`: who switches a publisher that has done its tests. `mask`: people's data in the request log is
    hidden from publishers. `told`: stages that publishers hear of, with the words for them. `payout_day`: the day
    of the month on which approved money is paid.
    """

    request_days: int = 30
    go_live: Literal["staff", "automatic"] = "staff"
    mask: bool = False
    told: dict[str, str] = {}
    payout_day: int = 15


def read_rules(stored: Mapping[str, Any] | None) -> Rules:
    return msgspec.convert(dict(stored or {}), Rules)


def told_to(rules: Rules, terms: Terms) -> dict[str, str]:
    """Which stages a publisher of an offer with these terms hears of."""
    return rules.told if terms.told is None else terms.told


def next_payout(day_of_month: int, today: date) -> date:
    """The next day on which approved money is paid; today when it is today."""
    if today.day <= day_of_month:
        return today.replace(day=day_of_month)
    following = today.month % 12 + 1
    return date(today.year + (following == 1), following, day_of_month)
