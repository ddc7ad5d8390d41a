"""When a schedule runs, and of which days it reports. Pure; hours are of the tenant's zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from app.analytics.models import Period

Every = Literal["day", "week", "month"]
EVERY: tuple[Every, ...] = ("day", "week", "month")
LAST_SAFE_DAY = 28  # every month has it


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """`weekday` counts for weeks (0 is Monday), `monthday` for months (1 to 28)."""

    every: Every
    hour: int = 7
    weekday: int = 0
    monthday: int = 1


def next_run(rhythm: Rhythm, after: datetime, zone: str) -> datetime:
    """The first time strictly after this moment. An hour that the clocks skip is the hour after it."""
    day = after.astimezone(ZoneInfo(zone)).date()
    while not (_fits(rhythm, day) and _at(rhythm, day, zone) > after):
        day += timedelta(days=1)
    return _at(rhythm, day, zone)


def period_of(rhythm: Rhythm, now: datetime, zone: str) -> Period:
    """Yesterday, the seven days up to yesterday, or the last whole month."""
    today = now.astimezone(ZoneInfo(zone)).date()
    last = today - timedelta(days=1)
    if rhythm.every == "month":
        last = today.replace(day=1) - timedelta(days=1)
        return Period(first=last.replace(day=1), last=last, zone=zone)
    return Period(first=last - timedelta(days=6 if rhythm.every == "week" else 0), last=last, zone=zone)


def _fits(rhythm: Rhythm, day: date) -> bool:
    if rhythm.every == "week":
        return day.weekday() == rhythm.weekday
    return rhythm.every == "day" or day.day == rhythm.monthday


def _at(rhythm: Rhythm, day: date, zone: str) -> datetime:
    return datetime.combine(day, time(rhythm.hour), ZoneInfo(zone)).astimezone(UTC)
