"""What agents send about a call: how it ended, when to call back, what the new stage demands."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.calls.models import Outcome, Script
from app.calls.service import Logged, OutcomeValues
from app.core import places
from app.core.errors import FieldError, Invalid, invalid
from app.core.permissions import Person

OWN = frozenset({"outcome", "notes", "callback_at", "callback_zone", "then", "minutes", "next"})


def read_outcome(given: Mapping[str, Any], person: Person) -> OutcomeValues:
    """Times are in `callback_zone`, else in the zone of whoever types them. Whatever else was posted answers the
    stage. Raises Invalid.
    """
    return OutcomeValues(
        outcome=str(given.get("outcome") or ""),
        notes=str(given.get("notes") or ""),
        callback_at=read_time(str(given.get("callback_at") or ""), _zone(given, person)),
        values={name: value for name, value in given.items() if name not in OWN and value != ""},
    )


def _zone(given: Mapping[str, Any], person: Person) -> ZoneInfo:
    """Theirs, as the form said it; one that nobody offered is not trusted."""
    name = str(given.get("callback_zone") or "")
    return ZoneInfo(name if name in places.every_zone() else person.zone)


def read_time(text: str, zone: ZoneInfo) -> datetime | None:
    """As `datetime-local` sends it: 2026-12-04T14:30. Raises Invalid."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("callback_at", "Enter a day and a time, like 12/04/2026 2:30 pm.", "invalid_format") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def read_log(given: Mapping[str, Any], person: Person) -> Logged:
    """A call made elsewhere. Raises Invalid."""
    minutes = str(given.get("minutes") or "0")
    if not minutes.isascii() or not minutes.isdigit() or int(minutes) > 600:
        raise invalid("minutes", "Enter the minutes as a number up to 600.", "invalid_format")
    return Logged(outcome=read_outcome(given, person), seconds=int(minutes) * 60)


def read_outcome_form(given: Mapping[str, Any], before: Outcome | None) -> Outcome:
    """A button as the settings page sends it; what the page does not ask stays as it was."""
    label = " ".join(str(given.get("label") or "").split())[:40]
    kind = str(given.get("next") or "")
    hours = str(given.get("retry_hours") or "")
    stage = str(given.get("stage") or "")
    tone = str(given.get("tone") or "")
    base = before or Outcome(name=_name(label), label=label, icon="circle-dot")
    return msgspec.structs.replace(
        base,
        label=label,
        reached=given.get("reached") == "1",
        stage=stage,
        lost_reason=str(given.get("lost_reason") or ""),
        next=kind if kind in ("callback", "retry") else "",
        retry_minutes=int(hours) * 60 if hours.isascii() and hours.isdigit() and int(hours) <= 720 else 0,
        tone=tone if tone in ("success", "warning", "error", "info") else "",
        do_not_call=given.get("do_not_call") == "1",
        dead_number=given.get("dead_number") == "1",
        needs_note=given.get("needs_note") == "1",
    )


def _name(label: str) -> str:
    """not_interested: how programs call it, for good."""
    return "_".join(re.findall(r"[a-z0-9]+", label.casefold()))[:40] or "outcome"


def read_script(given: Mapping[str, Any]) -> Script:
    return Script(
        pipeline=str(given.get("pipeline") or "")[:100],
        stage=str(given.get("stage") or "")[:100],
        text=str(given.get("text") or "").replace("\0", "").replace("\r\n", "\n").strip(),
    )


def read_goals(given: Mapping[str, Any], people: Iterable[UUID]) -> tuple[int, dict[UUID, int | None]]:
    """The goal of all, and by person where they have their own (None: no own one). Raises Invalid."""
    errors: list[FieldError] = []

    def whole(name: str) -> int | None:
        typed = str(given.get(name) or "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
            errors.append(FieldError(name, "invalid_format", "Enter a whole number, like 40."))
            return None
        return int(typed) if typed else None

    calls = whole("calls") or 0
    own = {one: whole(f"goal-{one}") for one in people}
    if errors:
        raise Invalid(errors)
    return calls, own
