"""How somebody wants to hear of things: per kind in the app and by e-mail, and when e-mail keeps quiet."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Literal

import msgspec

from app.team.models.notices import NoticeKind

ByMail = Literal["now", "daily", "off"]
PATIENCE = timedelta(minutes=5)  # what is read in the app within this time is not mailed
BUCKET_MINUTES = 5
DIGEST_AT = time(8, 0)


class Wish(msgspec.Struct, frozen=True):
    """Of one kind of notice: shown in the app, and mailed at once, once a day or never."""

    app: bool
    mail: ByMail


class Wishes(msgspec.Struct, frozen=True):
    """`kinds` holds what was chosen, by name. `quiet` is a span of the day ("20:00", "07:00") without e-mail."""

    kinds: dict[str, Wish] = {}
    quiet: tuple[str, str] | None = None

    def of(self, kind: NoticeKind) -> Wish:
        """What was chosen, else what the kind proposes."""
        return self.kinds.get(kind.name) or Wish(True, "now" if kind.mail else "off")


def wishes_of(preferences: Mapping[str, Any] | None) -> Wishes:
    """From a person's stored preferences; what can't be read counts as never chosen."""
    try:
        return msgspec.convert((preferences or {}).get("notices") or {}, Wishes)
    except msgspec.ValidationError:
        return Wishes()


def mail_due(wishes: Wishes, kind: NoticeKind, zone: tzinfo, now: datetime) -> datetime:
    """When a notice of this moment may be mailed, rounded so that several of a few minutes go together."""
    if wishes.of(kind).mail == "daily":
        return _next(DIGEST_AT, now, zone)
    due = _rounded(now + PATIENCE)
    if wishes.quiet and not kind.urgent:
        start, end = (time.fromisoformat(moment) for moment in wishes.quiet)
        if _within(due.astimezone(zone).time(), start, end):
            return _next(end, due, zone)
    return due


def _rounded(moment: datetime) -> datetime:
    """Up to the next five minutes, so that a batch never misses one that is old enough."""
    over = timedelta(minutes=moment.minute % BUCKET_MINUTES, seconds=moment.second, microseconds=moment.microsecond)
    return moment - over + timedelta(minutes=BUCKET_MINUTES) if over else moment


def _within(moment: time, start: time, end: time) -> bool:
    """A span may pass midnight."""
    return start <= moment < end if start <= end else moment >= start or moment < end


def _next(at: time, after: datetime, zone: tzinfo) -> datetime:
    local = after.astimezone(zone)
    day = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    found = day if day > local else (day.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return found.astimezone(after.tzinfo)
