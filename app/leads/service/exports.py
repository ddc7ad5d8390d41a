"""A list as a file: ordered, made in chunks with the rights that whoever asked has then, kept seven days for them alone."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import update
from uuid_utils.compat import uuid7

from app.core import agenda, clock, conditions, config, events, fields
from app.core.export import BOM, csv_line
from app.core.fields import Field
from app.core.permissions import Person
from app.core.work import Work
from app.core.workbook import Workbook
from app.leads.models import KEPT_EXPORT, LeadFile
from app.leads.queries.listing import Asked, LeadRow
from app.leads.queries.people import person_now
from app.leads.queries.sheet import Sheet, Unit, chunks, sheet, text, value
from app.leads.service.imports import held, sealed_body
from app.team import service as team
from themes.catalogue import say
from themes.terms import worded

KIND = "leads.export"
AT_ONCE = 2_000
FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
Progress = Callable[[Work, int], Awaitable[None]]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be taken out: the list's own question, its columns (none: every field), the kind of file."""

    format: str
    q: str = ""
    where: dict[str, Any] = {}
    sort: str = "-created_at"
    archived: bool = False
    columns: list[str] = []


class ExportOrder(msgspec.Struct, frozen=True):
    file_id: UUID
    wish: Wish
    person: Person
    asked: Asked
    sheet: Sheet
    zone: str


async def order(work: Work, wish: Wish, about: int, *, later: bool) -> LeadFile:
    """Write down who takes out what; with `later` the making is put on the agenda."""
    name = f"leads-{clock.now().astimezone(ZoneInfo(work.person.zone)):%Y-%m-%d-%H%M}.{wish.format}"
    file = LeadFile(id=uuid7(), kind="export", person_id=work.person.id, name=name, state="waiting", total=about,
                    plan=msgspec.to_builtins(wish), created_at=clock.now(), expires_at=clock.now() + KEPT_EXPORT)  # fmt: skip
    work.add(file)
    await work.flush()
    if later:
        await agenda.add(work, KIND, file.id, key=f"{KIND}:{file.id}")
    return file


async def begin(work: Work, file_id: UUID) -> ExportOrder | None:
    """None when it is made, or whoever asked has no right any more."""
    file = await held(work, file_id, "waiting")
    if file is None:
        return None
    person = await person_now(work, file.person_id)
    if person is None or not person.may("leads.export"):
        file.state, file.error = "failed", say("Whoever asked for it may not export any more.")
        return None
    wish, zone = msgspec.convert(file.plan, Wish), await config.get(work, "zone")
    fieldset = await fields.registry(work, "lead")
    where = (
        conditions.check(wish.where, fieldset, searching=True, zone=ZoneInfo(zone))
        if wish.where
        else conditions.EVERYTHING
    )
    asked = Asked(q=wish.q, where=where, sort=wish.sort, archived=wish.archived)
    return ExportOrder(file.id, wish, person, asked, await sheet(work, wish.columns), person.zone)


async def make(made: ExportOrder, unit: Unit, progress: Progress) -> tuple[bytes, int]:
    """The file and how many rows it has. Holds no transaction but one for each chunk."""
    writer = {"csv": _csv, "xlsx": _xlsx, "json": _json}[made.wish.format]
    count = 0

    async def rows() -> AsyncIterator[list[LeadRow]]:
        nonlocal count
        async for part in chunks(unit, made.person, made.asked, made.sheet):
            count += len(part)
            yield part
            async with unit() as work:
                await progress(work, count)

    return await writer(made, rows()), count


async def told(work: Work, file_id: UUID, done: int) -> None:
    await work.execute(update(LeadFile).where(LeadFile.id == file_id).values(done=done))


async def finish(work: Work, file_id: UUID, body: bytes, count: int, *, told_by_notice: bool) -> None:
    """Keep it, sealed; the audit log says what was asked and how many rows left the house. Once."""
    file = await held(work, file_id, "waiting")
    if file is None:
        return
    file.body, file.size = await sealed_body(work, file.id, body), len(body)
    file.state, file.done, file.total, file.ended_at = "done", count, count, clock.now()
    wish = msgspec.convert(file.plan, Wish)
    said = {
        "rows": (None, count),
        "format": (None, wish.format),
        "search": (None, wish.q),
        "filter": (None, wish.where),
    }
    events.record(work, "leads.exported", "person", file.person_id, file=file.id, rows=count, changes=said)
    if told_by_notice:
        await team.notify(work, "export.ready", [file.person_id], "export", file.id, to_doer=True, name=file.name)


# --- the three kinds of file


async def _csv(made: ExportOrder, rows: AsyncIterator[list[LeadRow]]) -> bytes:
    zone = ZoneInfo(made.zone)
    with tempfile.TemporaryFile() as file:
        file.write((BOM + csv_line(made.sheet.heads)).encode())
        async for part in rows:
            lines = (
                csv_line(text(row, field, made.person.locale, zone) for field in made.sheet.columns) for row in part
            )
            file.write("".join(lines).encode())
        file.seek(0)
        return file.read()


async def _json(made: ExportOrder, rows: AsyncIterator[list[LeadRow]]) -> bytes:
    """A list of objects by field name: decimals as strings, moments in UTC."""
    with tempfile.TemporaryFile() as file:
        file.write(b"[")
        first = True
        async for part in rows:
            for row in part:
                held_ = {field.name: fields.json_safe(value(row, field)) for field in made.sheet.columns}
                file.write((b"\n" if first else b",\n") + msgspec.json.encode({"id": str(row.id), **held_}))
                first = False
        file.write(b"\n]\n")
        file.seek(0)
        return file.read()


async def _xlsx(made: ExportOrder, rows: AsyncIterator[list[LeadRow]]) -> bytes:
    kinds = [_kind(field) for field in made.sheet.columns]
    with Workbook(made.zone) as book:
        book.sheet(worded("%(Leads)s"), kinds)
        book.heads(made.sheet.heads, freeze=True)
        async for part in rows:
            book.lines(([_cell(row, field, made) for field in made.sheet.columns] for row in part), kinds)
        return book.close()


def _kind(field: Field) -> str:
    if field.type == "money":
        return "money"
    return "moment" if field.kind == "moment" else "number" if field.type == "integer" else "text"


def _cell(row: LeadRow, field: Field, made: ExportOrder) -> Any:
    held_ = value(row, field)
    if held_ is None or isinstance(held_, datetime) or (field.type == "integer" and not isinstance(held_, str)):
        return held_
    if field.type == "money":
        return held_.scaleb(2)
    return text(row, field, made.person.locale, ZoneInfo(made.zone))
