"""Arithmetic of business time: how far from now, and how much between two moments.

Only time inside the tenant's hours counts, holidays left out. Hours are local; lengths are true time, so that a day on
which clocks change is as long as it is. A week without any hours counts whole, else nothing would ever be due.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.team.models import DAYS

FARTHEST = 3660  # days to look ahead; a calendar of holidays only ends here


class Calendar(msgspec.Struct, frozen=True):
    """`hours` as the team has them (day → spans), in `zone`; `always` counts every minute."""

    hours: dict[str, list[list[str]]]
    zone: str
    holidays: frozenset[date] = frozenset()
    always: bool = False

    @property
    def whole(self) -> bool:
        return self.always or not any(self.hours.get(day) for day in DAYS)


def add(start: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """The moment at which that much business time has passed since `start`; `start` itself for none."""
    if calendar.whole or amount <= timedelta():
        return start + max(amount, timedelta())
    left = amount
    for opens, closes in _spans(start, calendar):
        begins = max(opens, start)
        if closes - begins >= left:
            return begins + left
        left -= max(closes - begins, timedelta())
    return start + amount


def between(start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """Business time from `start` to `end`; below zero when `end` is earlier."""
    if end < start:
        return -between(end, start, calendar)
    if calendar.whole:
        return end - start
    total = timedelta()
    for opens, closes in _spans(start, calendar):
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), timedelta())
    return total


def _spans(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Open spans in UTC, from the day of `start` on, those that ended before it left out."""
    zone = ZoneInfo(calendar.zone)
    day = start.astimezone(zone).date()
    for _ in range(FARTHEST):
        if day not in calendar.holidays:
            for opens, closes in sorted(calendar.hours.get(DAYS[day.weekday()], [])):
                span = (_at(day, opens, zone), _at(day, closes, zone))
                if span[1] > start:
                    yield span
        day += timedelta(days=1)


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """A local time of the day in UTC; 24:00 is the midnight that ends it."""
    hour, minute = (int(part) for part in clock.split(":"))
    day, hour = (day + timedelta(days=1), 0) if hour == 24 else (day, hour)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
