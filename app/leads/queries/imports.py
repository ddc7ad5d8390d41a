"""Imports and exports as their makers see them, the rows of an import, and what was done to its leads since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import defer

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core.errors import NotFound
from app.core.events import Event
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import ImportRow, Lead, LeadFile, Stage

SCREEN = 50


class FileRow(msgspec.Struct, frozen=True):
    """A line of the list of files."""

    file: LeadFile
    by: str


async def lead_file(work: Work, person: Person, kind: str, file_id: UUID, *, body: bool = False) -> LeadFile:
    """An import of one's own, or any for whoever configures leads; an export is its maker's alone. Raises NotFound."""
    mine = LeadFile.person_id == person.id
    if kind == "import" and person.may("leads.configure"):
        mine = or_(mine, LeadFile.person_id.is_not(None))
    statement = select(LeadFile).where(LeadFile.id == file_id, LeadFile.kind == kind, mine)
    if not body:
        statement = statement.options(defer(LeadFile.body, raiseload=True))
    found = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if found is None:
        raise NotFound
    return found


async def lead_files(work: Work, kind: str, *, of: UUID | None, before: datetime | None = None) -> list[FileRow]:
    """Newest first; of one person, or of everybody."""
    statement = select(LeadFile, PersonRow.name).join(PersonRow, PersonRow.id == LeadFile.person_id)
    statement = statement.where(LeadFile.kind == kind).options(defer(LeadFile.body, raiseload=True))
    if of is not None:
        statement = statement.where(LeadFile.person_id == of)
    if before is not None:
        statement = statement.where(LeadFile.created_at < before)
    ordered = statement.order_by(LeadFile.created_at.desc(), LeadFile.id.desc()).limit(SCREEN + 1)
    return [FileRow(row[0], row[1]) for row in await work.execute(ordered)]


async def cells_of(work: Work, file_id: UUID, rows: Sequence[ImportRow]) -> list[list[str]]:
    """What stood in these lines; empty for those that were forgotten."""
    box = await runtime().box(work.tenant)
    return [opened(box, file_id, row.cells) for row in rows]


def opened(box: Any, file_id: UUID, cells: bytes | None) -> list[str]:
    if cells is None:
        return []
    found: list[str] = msgspec.json.decode(box.open(cells, table="import_rows", column="cells", row=file_id))
    return found


async def import_rows(
    work: Work, file_id: UUID, *, after: int, limit: int, outcomes: Sequence[str] = ()
) -> list[ImportRow]:
    """In the order of the file. Number 0 is the line with the names of the columns."""
    statement = select(ImportRow).where(ImportRow.import_id == file_id, ImportRow.number > after)
    if outcomes:
        statement = statement.where(ImportRow.outcome.in_(outcomes))
    return list(await work.scalars(statement.order_by(ImportRow.number).limit(limit)))


async def brought_in(work: Work, file_id: UUID, *, before: int, limit: int) -> list[ImportRow]:
    """Lines that became something, the last first: two that changed the same lead are taken back in that order."""
    statement = select(ImportRow).where(
        ImportRow.import_id == file_id, ImportRow.number < before, ImportRow.outcome.in_(("added", "filled"))
    )
    return list(await work.scalars(statement.order_by(ImportRow.number.desc()).limit(limit)))


async def quiet(work: Work, trace: str | None) -> bool:
    """Whether this came of an import that was told to start no sequences; one read per unit of work and trace."""
    known: dict[str | None, bool] = work.info.setdefault("quiet_traces", {})
    if trace not in known:
        found = select(LeadFile.plan["sequences"].as_boolean()).where(LeadFile.trace == trace)
        known[trace] = trace is not None and (await work.scalar(found)) is False
    return known[trace]


def worked_on(*traces: str | None) -> ColumnElement[bool]:
    """Over `leads`: somebody did something with it that did not come of the import (or of taking it back), or the person
    was spoken with.
    """
    theirs = select(Event.id).where(
        Event.entity == "lead",
        Event.entity_id == Lead.id,
        Event.actor_kind == "person",
        *(Event.trace.is_distinct_from(trace) for trace in traces),
    )
    return or_(Lead.last_contact_at.is_not(None), theirs.exists())


class Worked(msgspec.Struct, frozen=True):
    """A lead of an import that somebody worked on since."""

    id: UUID
    name: str
    stage: str


async def worked(work: Work, file: LeadFile, limit: int = 20) -> tuple[int, list[Worked]]:
    """How many of what the import added were worked on since, and the first of them."""
    ours = select(ImportRow.lead_id).where(ImportRow.import_id == file.id, ImportRow.outcome == "added")
    where = and_(Lead.id.in_(ours), Lead.deleted_at.is_(None), worked_on(file.trace))
    count = await work.scalar(select(func.count()).select_from(Lead).where(where)) or 0
    shown = select(Lead.id, Contact, Stage.label).join(Contact, Contact.id == Lead.contact_id)
    shown = shown.join(Stage, Stage.id == Lead.stage_id).where(where).order_by(Lead.id).limit(limit)
    return count, [Worked(row[0], row[1].name, row[2]) for row in await work.execute(shown)]
