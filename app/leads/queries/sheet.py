"""Leads as the rows of a file: the same columns, order and reach as the list they are taken from."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import fields
from app.core.fields import Field
from app.core.permissions import Person
from app.core.work import Work
from app.leads.queries.listing import Asked, LeadRow, columns_of, screen

CHUNK = 500
# Columns that the list's own rows hold ready for people.
READY = {
    "name": "name", "phone": "phone", "email": "email", "state": "state", "stage": "stage_label", "owner": "owner",
    "source": "source", "score": "score", "heat": "heat",
}  # fmt: skip
Unit = Callable[[], AbstractAsyncContextManager[Work]]


class Sheet(msgspec.Struct, frozen=True):
    """The columns of a file, in order."""

    columns: list[Field]

    @property
    def heads(self) -> list[str]:
        return [field.label for field in self.columns]

    @property
    def extra(self) -> list[Field]:
        return [field for field in self.columns if field.name not in READY]


async def sheet(work: Work, names: list[str]) -> Sheet:
    """These columns behind name, phone and e-mail; without names every field there is. Sealed fields never leave."""
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    wanted = [*READY, *(names or fieldset.names)]
    if names:
        wanted = ["name", "phone", "email", *names]
    kept = [name for name in dict.fromkeys(wanted) if name in fieldset and name not in ("stage_kind", "tags")]
    return Sheet(columns_of(fieldset, kept))


async def chunks(unit: Unit, person: Person, asked: Asked, found: Sheet) -> AsyncIterator[list[LeadRow]]:
    """All that match, a unit of work for each chunk."""
    cursor = ""
    while True:
        async with unit() as work:
            work.person = person
            wanted = msgspec.structs.replace(asked, cursor=cursor, limit=CHUNK)
            shown = await screen(work, person, wanted, found.extra)
        yield shown.rows
        cursor = shown.cursor
        if not cursor:
            return


def value(row: LeadRow, field: Field) -> Any:
    return getattr(row, READY[field.name]) if field.name in READY else row.extra[field.name]


def text(row: LeadRow, field: Field, locale: str, zone: ZoneInfo) -> str:
    """Numbers and moments as spreadsheets read them, the rest as people do."""
    held = value(row, field)
    if held is None:
        return ""
    if isinstance(held, datetime):
        return held.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if field.kind == "number":
        return format(Decimal(held), "f")
    if field.name in READY and field.name != "phone":
        return str(held)
    return fields.format_value(field, held, locale, zone)
