"""The audit log as it is searched."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, tuple_

from app.access.models import AuditEntry, PersonRow
from app.core.permissions import Person
from app.core.work import Work


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What to look for; empty means any. `since` and `until` are UTC, the end excluded."""

    person: UUID | None = None
    action: str = ""
    entity: str = ""
    record: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last entry of the page before."""

    at: datetime
    id: UUID


async def entries(work: Work, search: Search, *, after: Cursor | None = None, limit: int = 50) -> list[AuditEntry]:
    """The latest first; one more than the limit tells that there are others."""
    statement = select(AuditEntry).where(*_conditions(search), *_own(work.person))
    if after is not None:
        statement = statement.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(after.at, after.id))
    order = (AuditEntry.at.desc(), AuditEntry.id.desc())
    return list(await work.scalars(statement.order_by(*order).limit(limit + 1)))


def _own(person: Person | None) -> list[Any]:
    """Whoever stands for a party reads what its people did, and nobody else's doings."""
    if person is None or person.party_id is None:
        return []
    return [AuditEntry.actor_id.in_(select(PersonRow.id).where(PersonRow.party_id == person.party_id))]


def _conditions(search: Search) -> list[Any]:
    wanted = {
        AuditEntry.actor_id: search.person,
        AuditEntry.action: search.action or None,
        AuditEntry.entity: search.entity or None,
        AuditEntry.entity_id: search.record,
    }
    conditions = [column == value for column, value in wanted.items() if value is not None]
    if search.since is not None:
        conditions.append(AuditEntry.at >= search.since)
    if search.until is not None:
        conditions.append(AuditEntry.at < search.until)
    return conditions


async def names(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    """What the people among these records are called."""
    rows = await work.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    return {row.id: row.name for row in rows}
