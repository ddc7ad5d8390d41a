"""How long sessions and links live, and how many tries there are. Real time, never business time."""

from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=14)
HALF_WAY = timedelta(minutes=10)  # between password and second factor
SUPPORT_STAY = timedelta(minutes=60)
CONFIRMED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
KNOWN_FOR = timedelta(days=90)  # an address that the person came in from within this time is theirs
CODE_TRIES = 5

Purpose = Literal["reset", "link", "invitation", "handoff", "code"]
LIVES: dict[str, timedelta] = {
    "reset": timedelta(hours=1),
    "link": timedelta(minutes=15),
    "invitation": timedelta(days=7),
    "handoff": timedelta(seconds=60),
    "code": timedelta(minutes=10),
}

_SHORTEST_IDLE, _LONGEST_IDLE = timedelta(minutes=30), timedelta(hours=8)
_SHORTEST_STAY, _LONGEST_STAY = timedelta(hours=12), timedelta(days=30)


class Stay(NamedTuple):
    """How long a session may rest, and how long it may live at all."""

    idle: timedelta
    absolute: timedelta


def stay(setting: dict[str, Any] | None) -> Stay:
    """The tenant's wish `{"idle_minutes", "absolute_hours"}`, held between 30 min and 8 h, and 12 h
    and 30 d.
    """
    wish = setting or {}
    idle = timedelta(minutes=wish.get("idle_minutes", IDLE.total_seconds() / 60))
    absolute = timedelta(hours=wish.get("absolute_hours", ABSOLUTE.total_seconds() / 3600))
    return Stay(min(max(idle, _SHORTEST_IDLE), _LONGEST_IDLE), min(max(absolute, _SHORTEST_STAY), _LONGEST_STAY))


class Limit(NamedTuple):
    """At most so many tries in a window of so many seconds."""

    name: str
    seconds: int
    most: int

    def window(self, now: datetime) -> datetime:
        """When the window that `now` lies in began."""
        moment = int(now.timestamp())
        return datetime.fromtimestamp(moment - moment % self.seconds, tz=now.tzinfo)


# Who goes over these must wait.
PAIR = (Limit("pair", 300, 10), Limit("pair-day", 86_400, 100))
ADDRESS = (Limit("address", 300, 30),)
# Over these nobody waits, or a stranger could lock people out by guessing at them. The right password is
# then not enough on its own: whoever has no second factor also enters a code from their mailbox.
PERSON = (Limit("person", 300, 30), Limit("person-day", 86_400, 200))
TENANT = (Limit("tenant", 300, 300),)
EVERYWHERE = Limit("everywhere", 300, 1_000)
# Second factors, counted per person for all strange addresses together and per address that is theirs.
CODES = (Limit("codes", 300, 5), Limit("codes-hour", 3_600, 20), Limit("codes-day", 86_400, 50))
CODE_MAILS = (Limit("code-mails", 3_600, 5),)
MAILS = (Limit("mails-day", 86_400, 5),)
MAILS_ADDRESS = (Limit("mails-address", 3_600, 20),)
