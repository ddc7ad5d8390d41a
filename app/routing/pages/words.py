"""The queue in words: why somebody stands where they stand, and when the next can be called."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.core.places import local, zone_label
from app.routing.models.queue import MAIL, WAITS, Item, first_lawful
from themes import formats
from themes.catalogue import say


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody can be called now. How many can be from `at` on, by the clock of `zone`; nobody at all without it."""

    count: int = 0
    at: datetime | None = None
    zone: str = ""
    label: str = ""
    wait: str = ""


def reason(item: Item, now: datetime, zone: ZoneInfo) -> str:
    """One reason in a few words: why this one, why now."""
    if item.offered_until is not None and not item.due(now):
        return say("offered to you")
    if item.by_mail:
        return say("e-mail only")
    if not item.callable_now:
        return say("can be called from")
    if item.due(now):
        assert item.next_action_at is not None
        promised = item.next_title or say("callback you promised")
        return f"{promised}, {_due(item.next_action_at, now, zone)}"
    if item.heat >= 2 and item.heat_why:
        return item.heat_why
    if item.last_contact_at is None:
        minutes = int((now - item.created_at).total_seconds() // 60)
        if minutes < 60:
            return say("arrived %(minutes)s min ago, nobody called yet", minutes=max(1, minutes))
        return say("nobody called yet")
    return say("hot") if item.heat == 3 else say("score %(score)s", score=item.score)


def _due(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The minute of today; the day of one that is longer overdue."""
    day = at.astimezone(zone).date()
    return formats.clock_time(at, str(zone)) if day == now.astimezone(zone).date() else formats.day(day)


def clear(judged: list[Item], now: datetime) -> Clear | None:
    """When the next can be called, once nobody can be now; None while somebody can."""
    if any(item.place(now) not in (MAIL, WAITS) for item in judged):
        return None
    found = first_lawful(judged, now)
    if found is None:
        return Clear()
    count, first = found
    assert first.next_lawful_at is not None
    zone = first.lawful_zone or "America/New_York"
    wait = first.next_lawful_at - now
    return Clear(count=count, at=first.next_lawful_at, zone=zone, label=zone_label(zone), wait=_in(wait, zone, now))


def _in(wait: timedelta, zone: str, now: datetime) -> str:
    hours, minutes = divmod(int(wait.total_seconds() // 60), 60)
    if hours >= 24:
        return formats.weekday(local(now + wait, zone).date())
    if not hours:
        return say("in %(minutes)s min", minutes=minutes)
    return say("in %(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def lines(item: Item) -> list[tuple[str, str]]:
    """What the place in the queue is made of."""
    heat = (say("none"), say("cold"), say("warm"), say("hot"))[max(0, min(3, item.heat))]
    return [
        (say("Yours"), say("yes") if item.mine else say("nobody has it, and you may take it")),
        (say("Expected value"), say("%(share)s%% of its value", share=max(item.score, item.probability, 1))),
        (say("Heat"), heat + (f": {item.heat_why}" if item.heat_why else "")),
        (say("Can be called now"), _callable(item)),
    ]


def _callable(item: Item) -> str:
    if item.by_mail:
        return say("there is no number; a mail may leave at any hour")
    return say("yes") if item.callable_now else say("not at this hour")
