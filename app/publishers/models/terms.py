"""The terms of an offer: caps and their windows, schedule, duplicate rule, consent rule. Pure; times are
UTC moments.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from themes.catalogue import say

Per = Literal["hour", "day", "week", "month", "total"]
PERIODS: tuple[Per, ...] = ("hour", "day", "week", "month", "total")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # the one window of a total cap


class Cap(msgspec.Struct, frozen=True, omit_defaults=True):
    """At most so many leads, or so much money in minor units, in each window; None is no limit."""

    per: Per
    leads: int | None = None
    amount: int | None = None


class Duplicates(msgspec.Struct, frozen=True):
    """`match` any or all of phone and e-mail within `days`; 0 days is off. `scope`: among whose leads we
    look.
    """

    days: int = 30
    match: Literal["any", "all"] = "any"
    scope: Literal["offer", "publisher", "tenant"] = "tenant"


class ConsentRule(msgspec.Struct, frozen=True):
    """The words, time and page of consent; older than `max_age_days` it is stale. 90 days follow the three
    months that an inquiry lasts under the Telemarketing Sales Rule (16 CFR 310.2).
    """

    required: bool = True
    max_age_days: int = 90
    certificate: bool = False


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """`schedule` maps weekdays to local opening hours ("09:00", "17:00"); empty is always open. `states`
    empty is any.

    `same_address`: the most posts an hour that may name one visitor's address; 0 is no limit. A lead may be
    returned for `return_days` and its price is approved after `hold_days`. `told` names the stages that the
    publisher hears of, with the words for them; None follows the tenant's rules.
    """

    zone: str = "America/New_York"
    caps: tuple[Cap, ...] = ()
    schedule: dict[str, tuple[str, str]] = {}
    states: tuple[str, ...] = ()
    duplicates: Duplicates = Duplicates()
    consent: ConsentRule = ConsentRule()
    same_address: int = 0
    hold_days: int = 14
    return_days: int = 7
    told: dict[str, str] | None = None


def read_terms(stored: Mapping[str, Any]) -> Terms:
    """Raises msgspec.ValidationError for terms of another shape."""
    return msgspec.convert(dict(stored), Terms)


def window(per: Per, now: datetime, zone: str) -> tuple[datetime, datetime | None]:
    """Begin and end of the window that `now` lies in, by the clocks of the contract's zone; a total never
    ends.
    """
    if per == "total":
        return BEGINNING, None
    local = now.astimezone(ZoneInfo(zone))
    if per == "hour":
        begin = local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
        return begin, begin + timedelta(hours=1)
    day = local.date()
    if per == "week":
        day -= timedelta(days=day.weekday())
    if per == "month":
        day = day.replace(day=1)
    after = {"day": day + timedelta(days=1), "week": day + timedelta(days=7)}.get(per)
    if after is None:
        after = (day + timedelta(days=32)).replace(day=1)
    return _midnight(day, zone), _midnight(after, zone)


def _midnight(day: Any, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


class Usage(msgspec.Struct, frozen=True):
    """One cap, its window, and what was used of it."""

    cap: Cap
    since: datetime
    until: datetime | None
    leads: int = 0
    amount: int = 0

    def has_room(self, price: int) -> bool:
        """Whether one more lead at this price fits."""
        fits = self.cap.leads is None or self.leads + 1 <= self.cap.leads
        return fits and (self.cap.amount is None or self.amount + price <= self.cap.amount)

    @property
    def share(self) -> float:
        """How full it is, from 0 to 1; a cap of nothing is full."""
        parts = [
            used / limit if limit else 1.0
            for used, limit in ((self.leads, self.cap.leads), (self.amount, self.cap.amount))
            if limit is not None
        ]
        return min(1.0, max(parts, default=0.0))


def usages(terms: Terms, now: datetime, counted: Mapping[tuple[str, datetime], tuple[int, int]]) -> list[Usage]:
    """Each cap with its counter; `counted` maps (per, since) to leads and amount."""
    found = []
    for cap in sorted(terms.caps, key=lambda cap: PERIODS.index(cap.per)):
        since, until = window(cap.per, now, terms.zone)
        leads, amount = counted.get((cap.per, since), (0, 0))
        found.append(Usage(cap, since, until, leads, amount))
    return found


def full(used: Sequence[Usage], price: int) -> Usage | None:
    """The full cap that opens last; None while there is room in all."""
    shut = [usage for usage in used if not usage.has_room(price)]
    return max(shut, key=lambda usage: (usage.until is None, usage.until or usage.since), default=None)


def is_open(terms: Terms, now: datetime) -> bool:
    """Whether the schedule takes leads now."""
    if not terms.schedule:
        return True
    local = now.astimezone(ZoneInfo(terms.zone))
    hours = terms.schedule.get(DAYS[local.weekday()])
    if hours is None:
        return False
    minute = local.hour * 60 + local.minute
    return _minutes(hours[0]) <= minute < _minutes(hours[1])


def next_opening(terms: Terms, now: datetime) -> datetime | None:
    """When the schedule opens next; None when it never does or is open."""
    local = now.astimezone(ZoneInfo(terms.zone))
    for ahead in range(8):
        day = local.date() + timedelta(days=ahead)
        hours = terms.schedule.get(DAYS[day.weekday()])
        if hours is None:
            continue
        minute = _minutes(hours[0])
        wall = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(terms.zone)).astimezone(UTC)
        if wall > now and _minutes(hours[0]) < _minutes(hours[1]):
            return wall
    return None


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute or 0)


def faults(terms: Terms) -> list[tuple[str, str]]:
    """(field, sentence) for what makes no sense: told when terms are saved, so no post meets it."""
    found = []
    for day, (begin, end) in terms.schedule.items():
        if day not in DAYS or not _minutes(begin) < _minutes(end) <= 24 * 60:
            found.append(
                (
                    "schedule",
                    say("The hours of %(day)s end before they begin. Write them like 09:00 and 17:00.", day=day),
                )
            )
    if len({cap.per for cap in terms.caps}) < len(terms.caps):
        found.append(("caps", say("There are two caps for one period. Keep one; it may limit both leads and money.")))
    if any((cap.leads or 0) < 0 or (cap.amount or 0) < 0 for cap in terms.caps):
        found.append(("caps", say("A cap is below zero. Leave it empty for no limit.")))
    if terms.hold_days < terms.return_days:
        found.append(
            (
                "hold_days",
                say("Hold at least as long as leads may be returned, so that what is approved stays approved."),
            )
        )
    return found
