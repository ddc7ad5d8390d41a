"""A list as CSV, streamed: a unit of work for each chunk, none held while the line is slow."""

from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import events, fields
from app.core.export import BOM, csv_line
from app.core.fields import Field, format_value
from app.core.permissions import Person
from app.core.web import HttpRequest, authenticators
from app.core.work import Work, unit
from app.leads import queries
from app.leads.queries import Asked, LeadRow
from tenants.registry import Tenant

CHUNK = 500
FIXED = ("name", "phone", "email", "state", "stage_label", "owner", "source", "score", "heat")
TITLES = ("Name", "Phone", "E-mail", "State", "Stage", "Owner", "Source", "Score", "Heat")


async def csv_chunks(request: HttpRequest, work: Work, asked: Asked) -> AsyncIterator[bytes]:
    """The head line, then the rows. Who asks and what they may is checked anew for each chunk; the file
    ends early when the right is gone.
    """
    events.record(work, "leads.exported", "person", work.person.id)
    columns = await _columns(work)
    return _lines(request, work.tenant, work.person, asked, columns)


async def _columns(work: Work) -> list[Field]:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    wanted = [field.name for field in fieldset if field.name not in {*FIXED, "stage", "stage_kind", "tags"}]
    return queries.columns_of(fieldset, wanted)


async def _lines(
    request: HttpRequest, tenant: Tenant, person: Person, asked: Asked, columns: list[Field]
) -> AsyncIterator[bytes]:
    yield (BOM + csv_line([*TITLES, *(field.label for field in columns)])).encode()
    cursor, zone = "", ZoneInfo(person.zone)
    while True:
        async with unit(tenant=tenant) as work:
            await authenticators["session"](work, request)
            if work.person is None or not work.person.may("leads.export"):
                return
            wanted = msgspec.structs.replace(asked, cursor=cursor, limit=CHUNK)
            screen = await queries.screen(work, work.person, wanted, columns)
        yield "".join(_line(row, columns, person.locale, zone) for row in screen.rows).encode()
        cursor = screen.cursor
        if not cursor:
            return


def _line(row: LeadRow, columns: list[Field], locale: str, zone: ZoneInfo) -> str:
    phone = fields.format_value(PHONE, row.phone)
    fixed = [
        row.name,
        phone,
        row.email,
        row.state,
        row.stage_label,
        row.owner,
        row.source,
        row.score,
        row.heat,
    ]
    cells = ["" if cell is None else str(cell) for cell in fixed]
    return csv_line([*cells, *(_cell(field, row.extra[field.name], locale, zone) for field in columns)])


def _cell(field: Field, value: Any, locale: str, zone: ZoneInfo) -> str:
    """Numbers and moments as spreadsheets read them, the rest as people do."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if field.kind == "number":
        return format(Decimal(value), "f")
    return format_value(field, value, locale, zone)


PHONE = Field(entity="lead", name="phone", label="Phone", type="phone")
