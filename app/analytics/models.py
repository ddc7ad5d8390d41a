"""Of when and of what a figure is: whole days of the tenant's zone, and what narrows it. Pure, no tables."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from themes.catalogue import say

Unit = Literal["day", "week", "month"]
LONGEST = 1_100  # days that somebody may ask for at once


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From the first day to the last, both whole. `key` is the preset it came from, "" for days chosen by hand."""

    first: date
    last: date
    zone: str
    key: str = ""

    @property
    def since(self) -> datetime:
        return self._midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return self._midnight(self.last + timedelta(days=1))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def unit(self) -> Unit:
        """What a point of a line stands for, so that there are at most some fifty of them."""
        return "day" if self.days <= 45 else "week" if self.days <= 200 else "month"

    def before(self) -> "Period":
        """What it is compared with: the same number of days just before; for a whole month the month before."""
        last = self.first - timedelta(days=1)
        first = last.replace(day=1) if self._whole_month() else last - timedelta(days=self.days - 1)
        return Period(first=first, last=last, zone=self.zone)

    def buckets(self) -> list[date]:
        """The first day of each point, in order; the first may begin before the period does."""
        found, day = [], _floor(self.first, self.unit)
        while day <= self.last:
            found.append(day)
            day = _next(day, self.unit)
        return found

    def _whole_month(self) -> bool:
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1 and self.days <= 31

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


def presets(now: datetime, zone: str) -> dict[str, tuple[str, date, date]]:
    """Key → (label, first day, last day), as of this moment in the zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    month = today.replace(day=1)
    end_before = month - timedelta(days=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    return {
        "today": (say("Today"), today, today),
        "7d": (say("7 days"), today - timedelta(days=6), today),
        "28d": (say("28 days"), today - timedelta(days=27), today),
        "90d": (say("90 days"), today - timedelta(days=89), today),
        "month": (say("This month"), month, today),
        "last-month": (say("Last month"), end_before.replace(day=1), end_before),
        "quarter": (say("This quarter"), quarter, today),
        "year": (say("This year"), month.replace(month=1), today),
    }


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What narrows figures beyond somebody's reach; nothing set means everything."""

    owner: UUID | None = None
    team: UUID | None = None
    publisher: UUID | None = None
    offer: UUID | None = None
    pipeline: UUID | None = None
    state: str = ""
    source: str = ""

    def given(self) -> dict[str, str]:
        """As it stands in an address."""
        return {name: str(value) for name, value in msgspec.structs.asdict(self).items() if value}


def _floor(day: date, unit: Unit) -> date:
    if unit == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _next(day: date, unit: Unit) -> date:
    if unit == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if unit == "week" else 1)
