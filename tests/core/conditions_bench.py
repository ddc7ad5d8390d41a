"""A table of records to ask conditions of, made on the spot: half of its fields built in, half custom."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    LargeBinary,
    Numeric,
    Text,
    Uuid,
    cast,
    column,
    false,
    func,
    literal,
    select,
    union_all,
    values,
)

from app.core.conditions import Condition, matches, to_sql
from app.core.crypto import Box
from app.core.fields import CustomField, Field, FieldSet, blind, comparable, compared, store_many
from app.core.work import Work, unit

OPTIONS = (("red", "Red"), ("green", "Green"), ("blue", "Blue"))
BOX = Box("harbor", {1: b"k" * 32})
COLUMN_TYPES: dict[str, Any] = {
    "words": Text(), "exact": Text(), "choice": Text(), "number": Numeric(), "day": Date(),
    "moment": DateTime(timezone=True), "flag": Boolean(), "set": ARRAY(Text()),
}  # fmt: skip


def column_type(field: Field) -> Any:
    if field.sensitive:
        return LargeBinary()
    if field.type == "reference":
        return Uuid()
    return BigInteger() if field.minor or field.type == "integer" else COLUMN_TYPES[field.kind]


def cell(field: Field, value: Any) -> Any:
    """A value as a slice keeps it in the column that conditions compile to."""
    if value is None:
        return None
    if field.sensitive:
        return None if compared(field, value) is None else b"sealed"
    if field.kind == "words":
        return comparable(value)
    return int(value.scaleb(field.places)) if field.minor else value


class Bench:
    """A table of drawn records, half of its fields built in and half custom, inside one transaction."""

    def __init__(self, drafts: Sequence[Field], records: list[dict[str, Any]]) -> None:
        self.ids = [uuid4() for _ in records]
        self.records = records
        inside = [field for field in drafts if field.builtin]
        columns, rows = [column("id", Uuid())], [[record_id] for record_id in self.ids]
        for field in inside:
            columns += [column(field.name, column_type(field)), column(f"{field.name}_blind", LargeBinary())]
            for row, record in zip(rows, records, strict=True):
                value = record.get(field.name)
                hashed = blind(field, value, BOX) if field.sensitive else None
                row += [cast(cell(field, value), column_type(field)), cast(hashed, LargeBinary())]
        self.things = values(*columns, name="things").data([tuple(row) for row in rows])
        self.fieldset = FieldSet("thing", map(self._placed, drafts))

    def _placed(self, field: Field) -> Field:
        if not field.builtin:
            return msgspec.structs.replace(field, id=uuid4())
        own, hashed = self.things.c[field.name], self.things.c[f"{field.name}_blind"]
        return msgspec.structs.replace(field, column=own, norm_column=own, blind_column=hashed)

    async def fill(self, work: Work) -> None:
        for field in self.fieldset.custom:
            work.add(CustomField(id=field.id, entity="thing", name=field.name, label="X", type=field.type))
        await work.flush()
        await store_many(work, "thing", self.fieldset, zip(self.ids, self.records, strict=True), box=BOX)

    async def verdicts(
        self,
        work: Work,
        conditions: Sequence[Condition],
        *,
        now: datetime,
        zone: tzinfo,
        me: UUID | None = None,
    ) -> list[list[bool]]:
        """For each condition whether it is true of each record; record and database must say the same."""
        said = [
            [matches(each, self.fieldset, record, now=now, zone=zone, me=me) for record in self.records]
            for each in conditions
        ]
        predicates = [
            to_sql(each, self.fieldset, now=now, zone=zone, me=me, record_id=self.things.c.id, box=BOX)
            for each in conditions
        ]
        assert await self.found(work, predicates) == said
        return said

    async def found(self, work: Work, predicates: Sequence[Any]) -> list[list[bool]]:
        """For each predicate whether it is true of each record: as a column, and as a WHERE."""
        shown = [func.coalesce(predicate, false()) for predicate in predicates]
        rows = {row[0]: list(row[1:]) for row in await work.execute(select(self.things.c.id, *shown))}
        as_columns = [[rows[record_id][index] for record_id in self.ids] for index in range(len(predicates))]
        filters = [
            select(literal(index), self.things.c.id).where(predicate) for index, predicate in enumerate(predicates)
        ]
        kept = {(row[0], row[1]) for row in await work.execute(union_all(*filters))}
        as_filters = [[(index, record_id) in kept for record_id in self.ids] for index in range(len(predicates))]
        assert as_columns == as_filters
        return as_columns


@asynccontextmanager
async def in_harbor(runtime: Any) -> AsyncIterator[Work]:
    """Work that leaves nothing behind."""
    async with unit(tenant=await runtime.directory.by_slug("harbor")) as work:
        yield work
        work.abandon()
