"""What follows from an outcome: said before it is chosen, and when to call back by the other person's clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.calls.models import Outcome
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core import clock, places
from app.core.work import Work
from themes.catalogue import say

AHEAD = timedelta(hours=2)
MORNING = 10


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A likely time as `datetime-local` takes it, in `zone`: theirs where we know it, else the agent's."""

    at: str
    zone: str
    label: str
    theirs: bool


def callback_for(work: Work, contact: Contact, verdict: Verdict, typed: str) -> Callback:
    """In two hours on the half hour; where their day is over by then, tomorrow morning."""
    zones = places.plausible_zones(contact.phone, contact.zip, contact.state, contact.zone)
    theirs = zones != places.every_zone()
    zone = verdict.zone if theirs and verdict.zone else work.person.zone
    at = _rounded((clock.now() + AHEAD).astimezone(ZoneInfo(zone)))
    ends = verdict.window_ends_at
    if not verdict.allowed or (ends is not None and at >= ends) or not 8 <= at.hour < 20:
        at = _morning(clock.now().astimezone(ZoneInfo(zone)))
    return Callback(at=typed or at.strftime("%Y-%m-%dT%H:%M"), zone=zone, label=places.zone_label(zone), theirs=theirs)


def _rounded(local: datetime) -> datetime:
    """Up to the next half hour."""
    bare = local.replace(minute=0, second=0, microsecond=0)
    halves = -(-(local - bare) // timedelta(minutes=30))
    return bare + halves * timedelta(minutes=30)


def _morning(local: datetime) -> datetime:
    """The next weekday's at ten."""
    day = local + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0)


def follows(outcome: Outcome, stages: dict[str, str]) -> str:
    """One line: "moves to Lost · never called again"."""
    parts = []
    if outcome.stage in stages:
        parts.append(say("moves to %(stage)s", stage=stages[outcome.stage]))
    if outcome.next == "callback":
        parts.append(say("asks when to call back"))
    if outcome.next == "retry":
        parts.append(say("tries again in %(hours)s h", hours=max(1, (outcome.retry_minutes or 240) // 60)))
    if outcome.do_not_call:
        parts.append(say("never called again"))
    if outcome.dead_number:
        parts.append(say("the number is taken out of use"))
    if outcome.needs_note:
        parts.append(say("needs a note"))
    return " · ".join(parts)
