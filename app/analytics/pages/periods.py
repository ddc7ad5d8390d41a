"""The choice of a period, as its macro shows it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from app.analytics.forms import USUAL, read_period
from app.analytics.models import Period, presets
from app.core import clock, config
from app.core.errors import FieldError, Invalid
from app.core.work import Work


class Periods(msgspec.Struct, frozen=True, kw_only=True):
    """`choices` are (label, address, chosen); `keep` is what else stands in the address."""

    period: Period
    choices: list[tuple[str, str, bool]]
    keep: dict[str, str]
    path: str
    problems: list[FieldError]


async def periods(
    work: Work, path: str, given: Mapping[str, str], *, keep: dict[str, str] | None = None, usual: str = USUAL
) -> Periods:
    """What the address asks for; days that make no sense are said above the usual period."""
    zone, now = await config.get(work, "zone"), clock.now()
    problems: list[FieldError] = []
    try:
        period = read_period(given, now, zone, usual)
    except Invalid as problem:
        problems, period = problem.errors, read_period({}, now, zone, usual)
    kept = keep or {}
    choices = [
        (label, f"{path}?{urlencode({**kept, 'period': key})}", key == period.key)
        for key, (label, _, _) in presets(now, zone).items()
    ]
    return Periods(period=period, choices=choices, keep=kept, path=path, problems=problems)


def same_days(period: Period) -> dict[str, Any]:
    """The period as it stands in an address."""
    if period.key:
        return {"period": period.key}
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}
