"""When a wait is over. Pure: the moment, the person's zones and our hours come in."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.clock import span
from app.core.places import at_local, local
from app.sequences.models.steps import Wait
from app.team.models import Hours, at_work

LONGEST = timedelta(days=400)
QUARTER = timedelta(minutes=15)
SEARCHED = 14 * 24 * 4  # quarters of an hour: two weeks without an open minute is no business hour at all


def minute_of(text: str) -> int:
    """ "10:30" as minutes of the day. Raises ValueError."""
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(minute) == 2 and int(hour) < 24 and int(minute) < 60):
        raise ValueError(text)
    return int(hour) * 60 + int(minute)


def over_at(wait: Wait, now: datetime, zones: Collection[str], hours: Hours, zone: str) -> datetime:
    """The moment (UTC) at which the wait ends. `zone` and `hours` are ours, `zones` everywhere the
    person may be.

    Raises ValueError for a span or a time that can't be read.
    """
    moment = now + (span(wait.span) if wait.span else timedelta())
    if wait.at:
        moment = local_time(moment, minute_of(wait.at), zones)
    return opening(moment, hours, zone) if wait.open else moment


def local_time(moment: datetime, minute: int, zones: Collection[str]) -> datetime:
    """From `moment` on, the first time that it is this time of day, or later, on every clock the person
    may have.
    """

    def first(zone: str) -> datetime:
        today = local(moment, zone).date()
        at = at_local(today, minute, zone)
        return at if at >= moment else at_local(today + timedelta(days=1), minute, zone)

    return max(first(zone) for zone in zones)


def opening(moment: datetime, hours: Hours, zone: str) -> datetime:
    """The first quarter of an hour from `moment` on in which we work; `moment` itself where we never do."""
    at = moment
    for _ in range(SEARCHED):
        if at_work(hours, at, ZoneInfo(zone)):
            return at
        past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
        at = at - past + QUARTER
    return moment
