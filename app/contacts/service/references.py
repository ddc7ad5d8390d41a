"""Everything that points to a contact, found from the tables themselves, so that no room can be forgotten.

A column points to a contact by a foreign key, by its name (`contact_id`, `party_id`), or as `entity_id` beside an
`entity` that says "contact". Insert-only tables are history: their rows stay with whom they were written for.
"""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    Column,
    Table,
    UniqueConstraint,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
)

from app.contacts.models import Contact
from app.core.tables import Base
from app.core.work import Work

OURS = frozenset(("duplicates", "merges"))
NAMES = frozenset(("contact_id", "party_id"))


class Moved(msgspec.Struct, frozen=True):
    """Rows of one table by primary key, and the column in which they named the contact."""

    table: str
    column: str
    rows: list[list[str]]


class Reference(msgspec.Struct, frozen=True):
    table: Table
    column: Column[Any]

    def of(self, contact_id: UUID) -> Any:
        """The WHERE of the rows that point to this contact."""
        points = self.column == contact_id
        return and_(points, self.table.c.entity == "contact") if self.column.name == "entity_id" else points


def references() -> list[Reference]:
    """Every column that names a contact and may be changed."""
    open_ = [table for table in Base.metadata.sorted_tables if table.name not in OURS and not _history(table)]
    return [Reference(table, column) for table in open_ for column in table.columns if _points(column)]


def _history(table: Table) -> bool:
    return (table.comment or "").startswith("insert-only")


def _points(column: Column[Any]) -> bool:
    by_key = any(key.column is Contact.__table__.c.id for key in column.foreign_keys)
    by_entity = column.name == "entity_id" and "entity" in column.table.c
    inwards = column is Contact.__table__.c.merged_into
    return by_key or by_entity or inwards or column.name in NAMES


async def locked_tables(work: Work) -> set[str]:
    """Tables that only the database itself writes, like a client's money in trust: their rows can't be moved."""
    names = [str(one.table.name) for one in references()]
    shut = text("select n from unnest(cast(:names as text[])) n where not has_table_privilege(n, 'update')")
    return set(await work.scalars(shut, {"names": names}))


async def bound(work: Work, contact_id: UUID) -> bool:
    """Whether somebody holds what can't be moved, so that they must be the one that stays."""
    shut = await locked_tables(work)
    held = [exists(select(literal(1)).where(one.of(contact_id))) for one in references() if one.table.name in shut]
    return bool(held) and bool(await work.scalar(select(or_(*held))))


async def move(work: Work, gone: UUID, kept: UUID) -> list[Moved]:
    """Let everything of the one point to the other. A row that the other has just so already stays behind."""
    shut = await locked_tables(work)
    open_ = [one for one in references() if one.table.name not in shut]
    moved = [await _move(work, reference, gone, kept) for reference in open_]
    return [one for one in moved if one.rows]


async def _move(work: Work, reference: Reference, gone: UUID, kept: UUID) -> Moved:
    table, column = reference.table, reference.column
    free = [~_taken(reference, list(columns), kept) for columns in _unique(table) if column in columns]
    keys = list(table.primary_key.columns)
    statement = update(table).where(reference.of(gone), *free).values({column.name: kept}).returning(*keys)
    rows = await work.execute(statement)
    return Moved(str(table.name), str(column.name), [[str(value) for value in row] for row in rows])


def _unique(table: Table) -> list[list[Column[Any]]]:
    named = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    indexed = [list(one.columns) for one in table.indexes if one.unique]
    return [list(table.primary_key.columns), *named, *indexed]


def _taken(reference: Reference, columns: list[Column[Any]], kept: UUID) -> Any:
    other = reference.table.alias()
    same = [other.c[one.name] == one for one in columns if one is not reference.column]
    return exists().where(other.c[reference.column.name] == kept, *same)


async def move_back(work: Work, moved: list[Moved], kept: UUID, gone: UUID) -> None:
    """The same rows again, where they still point to the one that was kept."""
    for one in reversed(moved):
        table = Base.metadata.tables.get(one.table)
        if table is None:  # a room that is no more
            continue
        column, keys = table.c[one.column], list(table.primary_key.columns)
        for row in one.rows:
            now = [kept if key is column else key.type.python_type(value) for key, value in zip(keys, row, strict=True)]
            here = [key == value for key, value in zip(keys, now, strict=True)]
            await work.execute(update(table).where(column == kept, *here).values({column.name: gone}))


async def counts(work: Work, contact_id: UUID) -> dict[str, int]:
    """How many rows of which tables would move, in one round trip."""
    counted = [
        select(literal(one.table.name).label("name"), func.count().label("rows"))
        .select_from(one.table)
        .where(one.of(contact_id))
        for one in references()
    ]
    found: dict[str, int] = {}
    for row in await work.execute(union_all(*counted)):
        if row.rows:
            found[row.name] = found.get(row.name, 0) + row.rows
    return found
