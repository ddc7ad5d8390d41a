"""What agents send about a call: how it ended, when to call back, what the new stage demands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.calls.service import Logged, OutcomeValues
from app.core.errors import invalid
from app.core.permissions import Person

OWN = frozenset({"outcome", "notes", "callback_at", "then", "minutes", "next"})


def read_outcome(given: Mapping[str, Any], person: Person) -> OutcomeValues:
    """Times are in the zone of whoever types them. Whatever else was posted answers the stage. Raises
    Invalid.
    """
    return OutcomeValues(
        outcome=str(given.get("outcome") or ""),
        notes=str(given.get("notes") or ""),
        callback_at=read_time(str(given.get("callback_at") or ""), person),
        values={name: value for name, value in given.items() if name not in OWN and value != ""},
    )


def read_time(text: str, person: Person) -> datetime | None:
    """As `datetime-local` sends it: 2026-12-04T14:30. Raises Invalid."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("callback_at", "Enter a day and a time, like 12/04/2026 2:30 pm.", "invalid_format") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(person.zone))


def read_log(given: Mapping[str, Any], person: Person) -> Logged:
    """A call made elsewhere. Raises Invalid."""
    minutes = str(given.get("minutes") or "0")
    if not minutes.isascii() or not minutes.isdigit() or int(minutes) > 600:
        raise invalid("minutes", "Enter the minutes as a number up to 600.", "invalid_format")
    return Logged(outcome=read_outcome(given, person), seconds=int(minutes) * 60)
