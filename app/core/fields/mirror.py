"""The mirror of filterable custom values, written in the same call as the record's JSONB."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.crypto import Box
from app.core.fields.field import Field, FieldSet
from app.core.fields.tables import FieldValue
from app.core.fields.values import blind, compared

# One statement of one shape whatever the number of rows, so that an import of thousands costs one round trip.
WRITE = text(
    "insert into field_values (record, field, item, entity, num, txt, at)"
    " select r, f, i, :entity, n, t, a from unnest(cast(:record as uuid[]), cast(:field as uuid[]),"
    " cast(:item as smallint[]), cast(:num as numeric[]), cast(:txt as text[]), cast(:at as timestamptz[]))"
    " as given (r, f, i, n, t, a)"
    " on conflict (record, field, item) do update"
    " set num = excluded.num, txt = excluded.txt, at = excluded.at"
    " where (field_values.num, field_values.txt, field_values.at)"
    " is distinct from (excluded.num, excluded.txt, excluded.at)"
)
CLEAR = text(
    "delete from field_values"
    " using unnest(cast(:record as uuid[]), cast(:field as uuid[]), cast(:kept as int[]))"
    " as given (r, f, kept)"
    " where record = given.r and field = given.f and item >= given.kept"
)


class _Cell(msgspec.Struct, frozen=True):
    num: Decimal | None = None
    txt: str | None = None
    at: datetime | None = None


async def store(
    session: AsyncSession,
    entity: str,
    record_id: UUID,
    fieldset: FieldSet,
    values: Mapping[str, Any],
    *,
    box: Box | None = None,
) -> None:
    """Mirror what `values` says of one record: set, or cleared where None. Fields it does not name stay as
    they are.

    Doing it twice changes nothing. Sensitive fields need the tenant's box; their mirror is a keyed hash.
    """
    await store_many(session, entity, fieldset, [(record_id, values)], box=box)


async def store_many(
    session: AsyncSession,
    entity: str,
    fieldset: FieldSet,
    records: Iterable[tuple[UUID, Mapping[str, Any]]],
    *,
    box: Box | None = None,
) -> None:
    """The same for many records at once: imports, and a field that becomes filterable. A thousand a call is
    good.
    """
    fields = [field for field in fieldset.custom if field.filterable]
    mirrored = [
        (record, field, _cells(field, values[field.name], box))
        for record, values in sorted(records, key=lambda pair: pair[0])
        for field in fields
        if field.name in values
    ]
    await _clear(session, mirrored)
    await _write(session, entity, mirrored)


async def _clear(session: AsyncSession, mirrored: list[tuple[UUID, Field, list[_Cell]]]) -> None:
    shrunk = [(record, field.id, len(cells)) for record, field, cells in mirrored if not cells or field.kind == "set"]
    if shrunk:
        record, field, kept = zip(*shrunk, strict=True)
        await session.execute(CLEAR, {"record": list(record), "field": list(field), "kept": list(kept)})


async def _write(session: AsyncSession, entity: str, mirrored: list[tuple[UUID, Field, list[_Cell]]]) -> None:
    rows = [
        (record, field.id, item, cell.num, cell.txt, cell.at)
        for record, field, cells in mirrored
        for item, cell in enumerate(cells)
    ]
    if rows:
        names = ("record", "field", "item", "num", "txt", "at")
        columns = {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
        await session.execute(WRITE, {"entity": entity, **columns})


def _cells(field: Field, value: Any, box: Box | None) -> list[_Cell]:
    if field.sensitive:
        if box is None:
            raise ValueError(f"{field.entity}.{field.name} is sensitive: pass the tenant's box")
        hashed = blind(field, value, box)
        return [] if hashed is None else [_Cell(txt=hashed.hex())]
    plain = compared(field, value)
    if plain is None:
        return []
    if isinstance(plain, frozenset):
        return [_Cell(txt=item) for item in sorted(plain)]
    return [_cell(plain)]


def _cell(plain: Any) -> _Cell:
    if isinstance(plain, bool | Decimal):
        return _Cell(num=Decimal(plain))
    if isinstance(plain, datetime):
        return _Cell(at=plain)
    return _Cell(at=midnight(plain)) if isinstance(plain, date) else _Cell(txt=str(plain))


def midnight(day: date) -> datetime:
    """How a day stands in the mirror: its first moment in UTC, whatever the tenant's zone."""
    return datetime.combine(day, time(), UTC)


async def erase(session: AsyncSession, record_ids: Iterable[UUID]) -> None:
    """Drop the mirror of records that are deleted for good."""
    await session.execute(delete(FieldValue).where(FieldValue.record.in_(list(record_ids))))
