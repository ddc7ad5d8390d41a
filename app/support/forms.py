"""What forms of tickets say, read into what the service takes."""

from typing import Any
from uuid import UUID

import msgspec

from app.core.errors import FieldError, Invalid, invalid
from app.support.models import Macro, Priority, TicketSettings
from app.support.models.tables import STATES

MOST_MINUTES = 60 * 24 * 365


def once(given: dict[str, Any]) -> UUID | None:
    """The form's own key, so that a second press is the first."""
    return _uuid(given.get("once"))


def chosen(given: dict[str, Any], name: str) -> UUID | None:
    """An id that was chosen; None for nobody. Raises Invalid for what is none."""
    raw = str(given.get(name) or "")
    if raw and _uuid(raw) is None:
        raise invalid(name, "Choose one from the list.")
    return _uuid(raw)


def holder(given: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
    """Whom a ticket is given to: a person, or a team (`team:` and its id), or nobody. Raises Invalid for neither."""
    raw = str(given.get("assignee_id") or "")
    if raw.startswith("team:"):
        return None, chosen({"assignee_id": raw.removeprefix("team:")}, "assignee_id")
    return chosen(given, "assignee_id"), None


def ids(given: dict[str, Any]) -> list[UUID]:
    """The ticked rows. Raises Invalid for none."""
    raw = given.get("ids", [])
    found = [one for text in ([raw] if isinstance(raw, str) else raw) if (one := _uuid(text)) is not None]
    if not found:
        raise invalid("ids", "Select at least one ticket first.", "missing")
    return found[:200]


def _uuid(raw: Any) -> UUID | None:
    try:
        return UUID(str(raw))
    except ValueError:
        return None


def read_settings(given: dict[str, Any], before: TicketSettings) -> TicketSettings:
    """Targets in hours and minutes, words, topics and macros. Raises Invalid naming each fault."""
    faults: list[FieldError] = []
    priorities = [_priority(given, one, faults) for one in before.priorities]
    states = {state: str(given.get(f"state-{state}") or "").strip()[:40] or before.label(state) for state in STATES}
    categories = _pairs(str(given.get("categories") or ""), before)
    if not categories:
        faults.append(FieldError("categories", "missing", "Keep at least one topic."))
    macros = _macros(given, faults)
    if faults:
        raise Invalid(faults)
    return msgspec.structs.replace(
        before,
        priorities=priorities,
        states=states,
        categories=categories,
        macros=macros,
        from_messages=bool(given.get("from_messages")),
        rating=bool(given.get("rating")),
    )


def _priority(given: dict[str, Any], one: Priority, faults: list[FieldError]) -> Priority:
    values = {}
    for what in ("first", "resolve"):
        name = f"{one.name}-{what}"
        minutes = _minutes(str(given.get(name) or ""))
        if minutes is None:
            faults.append(FieldError(name, "invalid_format", "Say how long as 30m, 4h or 2d."))
        values[what] = minutes or getattr(one, what)
    if values["resolve"] < values["first"]:
        faults.append(FieldError(f"{one.name}-resolve", "not_allowed", "Solving can't be due before the first answer."))
    always = given.get(f"{one.name}-always")
    return msgspec.structs.replace(one, **values, hours="always" if always else "business")


def _minutes(raw: str) -> int | None:
    """`30m`, `4h`, `1h30m` or plain minutes; days are days of 24 hours of the calendar that counts."""
    units, number, total = {"m": 1, "h": 60, "d": 1440}, "", 0
    for sign in raw.replace(" ", "").lower():
        if sign.isdecimal():
            number += sign
        elif sign in units and number:
            total, number = total + int(number) * units[sign], ""
        else:
            return None
    total += int(number) if number else 0
    return total if 0 < total <= MOST_MINUTES else None


def as_span(minutes: int) -> str:
    """How a target is shown in its field: 30m, 4h, 1h 30m."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{rest}m" if rest else "") if part)


def _pairs(raw: str, before: TicketSettings) -> list[tuple[str, str]]:
    """One topic a line. A label that was there keeps its name, so that tickets keep their topic."""
    known = {label: name for name, label in before.categories}
    labels = list(dict.fromkeys(" ".join(line.split())[:60] for line in raw.splitlines() if line.strip()))
    return [(known.get(label) or _name(label), label) for label in labels[:40]]


def _name(label: str) -> str:
    return "".join(sign if sign.isalnum() else "_" for sign in label.lower())[:40]


def _macros(given: dict[str, Any], faults: list[FieldError]) -> list[Macro]:
    labels, bodies = _list(given.get("macro-label")), _list(given.get("macro-body"))
    found = []
    for number, (label, body) in enumerate(zip(labels, bodies, strict=False)):
        if not label and not body:
            continue
        if not label or not body or len(label) > 80 or len(body) > 4_000:
            faults.append(
                FieldError("macro-label", "missing", "A macro needs a name and words of up to 4,000 letters.")
            )
        else:
            found.append(Macro(name=f"m{number + 1}", label=label, body=body))
    return found


def _list(raw: Any) -> list[str]:
    return [str(one) for one in ([raw] if isinstance(raw, str) else raw or [])]
