"""Columns of the list: their heads, their cells, which there could be and in which order."""

from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.core import fields
from app.core.fields import Field, FieldSet
from app.core.work import Work
from app.leads import queries
from app.leads.forms import ListAsked
from app.leads.queries import LeadRow
from themes.catalogue import later, say

LABELS = {"last_contact_at": later("Last contact"), "next_action_at": later("Next step")}


class Head(msgspec.Struct, frozen=True):
    """A column's head: `number` aligns right, `sorts` says whether a click sorts by it."""

    name: str
    label: str
    number: bool
    sorts: bool


class ColumnMove(msgspec.Struct, frozen=True):
    """A column that is shown, and where the list is with it one place further left or right."""

    label: str
    left: str
    right: str


def heads_of(columns: list[str], fieldset: FieldSet) -> list[Head]:
    known = [fieldset[name] for name in columns if name in fieldset and not fieldset[name].sensitive]
    return [
        Head(
            field.name,
            say(LABELS.get(field.name, field.label)),
            field.kind == "number",
            field.name in queries.SORTS,
        )
        for field in known
    ]


def choices_of(columns: list[str], fieldset: FieldSet) -> dict[str, list[tuple[str, str, bool]]]:
    """Every field that can stand as a column, by group: name, label, whether it stands there now."""
    possible = {field.name for field in queries.columns_of(fieldset, fieldset.names)} - {"name"}
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for field in fieldset:
        if field.name in possible:
            choice = (field.name, say(LABELS.get(field.name, field.label)), field.name in columns)
            groups.setdefault(field.group.replace("_", " ").capitalize(), []).append(choice)
    return groups


def cells_of(work: Work, rows: list[LeadRow], extra: list[Field]) -> dict[UUID, dict[str, str]]:
    """Further columns as text, by lead and field."""
    locale, zone = work.person.locale, ZoneInfo(work.person.zone)
    texts = {field.name: partial(fields.format_value, field, locale=locale, zone=zone, short=True) for field in extra}
    return {row.id: {name: text(row.extra[name]) for name, text in texts.items()} for row in rows}


def moves_of(asked: ListAsked, fieldset: FieldSet) -> list[ColumnMove]:
    shown = [name for name in asked.columns if name in fieldset]
    return [
        ColumnMove(say(LABELS.get(name, fieldset[name].label)), *_beside(asked, shown, at))
        for at, name in enumerate(shown)
    ]


def _beside(asked: ListAsked, shown: list[str], at: int) -> tuple[str, str]:
    return (
        asked.address.to(columns=",".join(_swapped(shown, at, at - 1))) if at else "",
        asked.address.to(columns=",".join(_swapped(shown, at, at + 1))) if at + 1 < len(shown) else "",
    )


def _swapped(names: list[str], one: int, other: int) -> list[str]:
    moved = list(names)
    moved[one], moved[other] = moved[other], moved[one]
    return moved
