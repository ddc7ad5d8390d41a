"""Who filled in a form when, and what their publisher sends: twelve weeks of it, and the day so far."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.demo import cast, replies
from app.demo.cast import PublisherCast, TenantCast
from app.demo.invented import consent, somebody

WEEKS = 12
ZONE = ZoneInfo("America/New_York")
# How a week and a day of leads are spread; forms are filled in after work and on Sundays, least on Saturdays.
WEEKDAYS = (17, 18, 17, 15, 13, 8, 12)
HOURS = (1, 1, 0, 0, 0, 1, 2, 4, 7, 9, 10, 10, 9, 8, 8, 8, 7, 7, 6, 6, 6, 5, 3, 2)
FIRST_OF_TODAY = 6_000
JUST_NOW = timedelta(minutes=2)


class Arrival(msgspec.Struct, frozen=True, order=True):
    """Somebody's form, sent by a publisher at a moment; of today's leads `by_http`, as any publisher's program does."""

    at: datetime
    number: int
    publisher: int
    by_http: bool = False


def arrivals(wanted: TenantCast, first: int, now: datetime) -> list[Arrival]:
    """`wanted.leads` of them over the twelve weeks that ended last midnight, growing a little from week to week."""
    source = random.Random(wanted.slug)
    start = _midnight(now - timedelta(weeks=WEEKS))
    days = [start + timedelta(days=day) for day in range(WEEKS * 7)]
    weights = [WEEKDAYS[day.weekday()] * (1 + place / 140) for place, day in enumerate(days)]
    shares = [one.share for one in wanted.publishers]
    found = []
    for number in range(first, first + wanted.leads):
        day = source.choices(days, weights)[0]
        hour = source.choices(range(24), HOURS)[0]
        at = day + timedelta(hours=hour, minutes=source.randrange(60), seconds=source.randrange(60))
        found.append(Arrival(at, number, source.choices(range(len(shares)), shares)[0]))
    return sorted(found)


def of_today(wanted: TenantCast, now: datetime) -> list[Arrival]:
    """Those of `wanted.today` that have come since midnight, more in the hours in which more forms are filled in."""
    source, midnight = random.Random(f"{wanted.slug} today"), _midnight(now)
    whole = now.astimezone(ZONE).hour + 1
    found = []
    for number in _numbers(wanted)[: -_fresh(wanted)]:
        begins = midnight + timedelta(hours=source.choices(range(whole), HOURS[:whole])[0])
        span = max(timedelta(0), min(timedelta(hours=1), now - JUST_NOW - begins))
        found.append(Arrival(begins + source.random() * span, number, _publisher(wanted, number), by_http=True))
    return sorted(found)


def just_now(wanted: TenantCast, now: datetime) -> list[Arrival]:
    """The last few of the day so far: these knock at the running demo's own door."""
    return [
        Arrival(now, number, _publisher(wanted, number), by_http=True) for number in _numbers(wanted)[-_fresh(wanted) :]
    ]


def _fresh(wanted: TenantCast) -> int:
    return max(3, wanted.today // 15)


def _numbers(wanted: TenantCast) -> range:
    first = first_of_today(wanted)
    return range(first, first + wanted.today)


def first_of_today(wanted: TenantCast) -> int:
    return FIRST_OF_TODAY + [one.blueprint for one in cast.TENANTS].index(wanted.blueprint) * 500


def _midnight(now: datetime) -> datetime:
    return now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


def _publisher(wanted: TenantCast, number: int) -> int:
    """Spread by their shares, the same every time."""
    shares = [one.share for one in wanted.publishers]
    turns = [index for index, share in enumerate(shares) for _ in range(share)]
    return turns[number % len(turns)]


def posted(wanted: TenantCast, one: PublisherCast, offer: str, number: int, at: datetime) -> dict[str, Any]:
    """What the publisher sends for person `number`; now and then it forgets something, or sends somebody twice."""
    source = random.Random(number)
    repeated = source.random() < 0.04
    person = somebody(number - source.randrange(1, 60) if repeated and number > 60 else number)
    raw: dict[str, Any] = {
        "offer": offer, "first_name": person.first_name, "last_name": person.last_name, "email": person.email,
        "phone": person.phone, "address": person.address, "city": person.city, "state": person.state, "zip": person.zip,
        "source": source.choice(["google", "facebook", "native", "referral"]), "sub_id": f"s{source.randrange(1, 9)}", "ref": f"A-{number}",
        "consent": consent(wanted.name, at - timedelta(minutes=source.randrange(1, 30)), number),
        **replies.answers(wanted.blueprint, number),
    }  # fmt: skip
    if source.random() < one.faults:
        _spoil(raw, source)
    return raw


def _spoil(raw: dict[str, Any], source: random.Random) -> None:
    fault = source.choices(["zip", "phone", "consent", "email"], [5, 3, 2, 2])[0]
    if fault == "phone":
        raw["phone"] = raw["phone"][:-1]
    elif fault == "email":
        raw["email"] = raw["email"].replace("@", " at ")
    else:
        raw.pop(fault)
