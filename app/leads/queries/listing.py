"""The list of leads: what was asked for, one screen of it, and how many there are."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, tuple_

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.contacts.queries import fragment
from app.core import clock, conditions, config, fields
from app.core.cache import cached
from app.core.conditions import EVERYTHING, All, Condition
from app.core.errors import invalid
from app.core.fields import Field, FieldSet
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries.reach import visible

COUNT_CAP = 10_000
COUNT_SECONDS = 30
DEFAULT_SORT = "-created_at"
# Name → column and whether it may be empty (then last, whichever way round).
SORTS: dict[str, tuple[Any, bool]] = {
    "created_at": (Lead.created_at, False),
    "updated_at": (Lead.updated_at, False),
    "name": (Contact.name_key, False),
    "stage": (Stage.position, False),
    "stage_since": (Lead.stage_since, False),
    "score": (Lead.score, False),
    "heat": (Lead.heat, False),
    "value": (Lead.value_amount, False),
    "cost": (Lead.cost_amount, False),
    "owner": (PersonRow.name, True),
    "source": (Lead.source, False),
    "last_contact_at": (Lead.last_contact_at, True),
    "next_action_at": (Lead.next_action_at, True),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see: typed fragment, condition, sort (`-` for the largest first), where to go
    on, how many.
    """

    q: str = ""
    where: Condition = EVERYTHING
    sort: str = DEFAULT_SORT
    cursor: str = ""
    limit: int = 50


class LeadRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list. `extra` holds the values of further columns by field name."""

    id: UUID
    contact_id: UUID
    name: str
    phone: str | None
    email: str | None
    state: str | None
    stage: str
    stage_label: str
    stage_kind: str
    stage_since: datetime
    score: int
    heat: int
    value_amount: int
    cost_amount: int
    currency: str
    owner_id: UUID | None
    owner: str | None
    source: str
    test: bool
    created_at: datetime
    updated_at: datetime
    last_contact_at: datetime | None
    next_action_at: datetime | None
    extra: dict[str, Any]


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """A screenful of leads; `cursor` leads to the next one, empty at the end."""

    rows: list[LeadRow]
    cursor: str


async def screen(work: Work, person: Person, asked: Asked, columns: Sequence[Field] = ()) -> Screen:
    """Raises Invalid for a sort or a cursor that is none."""
    found = await _rows(work, person, asked, columns, limit=asked.limit + 1)
    shown = found[: asked.limit]
    following = _write_cursor(asked.sort, shown[-1]) if len(found) > asked.limit else ""
    return Screen(rows=[_as_row(row, columns) for row in shown], cursor=following)


async def _rows(
    work: Work, person: Person, asked: Asked, columns: Sequence[Field], *, limit: int
) -> Sequence[Row[Any]]:
    column, nullable = _sort(asked.sort)
    statement = joined(select(*_COLUMNS, column.label("sorted_by"), *_extra(columns)))
    statement = statement.where(await matching(work, person, asked))
    if asked.cursor:
        statement = statement.where(_beyond(column, nullable, asked))
    return (await work.execute(_ordered(statement, asked.sort).limit(limit))).all()


def joined(statement: Select[Any]) -> Select[Any]:
    """Over every table that a lead's fields live in."""
    return (
        statement.select_from(Lead)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .outerjoin(PersonRow, PersonRow.id == Lead.owner_id)
    )


async def matching(work: Work, person: Person, asked: Asked) -> ColumnElement[bool]:
    """Reach, typed fragment and condition as one WHERE over `joined`."""
    parts = [await visible(work, person)]
    typed = fragment(asked.q)
    if typed is not None:
        # Materialised: the trigram indexes find the few contacts first, whichever way the list is sorted.
        found = select(Contact.id).where(typed).cte("found").prefix_with("materialized")
        parts.append(Lead.contact_id.in_(select(found.c.id)))
    if asked.where != EVERYTHING:
        parts.append(await compiled(work, person, asked.where))
    return and_(*parts)


async def compiled(work: Work, person: Person, condition: Condition) -> ColumnElement[bool]:
    """A condition as SQL, with the tenant's zone and clock. Raises ConditionError."""
    return conditions.to_sql(
        condition,
        await fields.registry(work, "lead"),
        now=clock.now(),
        zone=ZoneInfo(await config.get(work, "zone")),
        record_id=Lead.id,
        me=person.id,
        box=await runtime().box(work.tenant),
    )


_COLUMNS = (
    *(Lead.id, Lead.contact_id, Lead.score, Lead.heat, Lead.value_amount, Lead.cost_amount, Lead.currency),
    *(Lead.owner_id, Lead.source, Lead.test, Lead.created_at, Lead.updated_at, Lead.last_contact_at),
    *(Lead.next_action_at, Lead.stage_since, Lead.custom),
    *(Contact.first_name, Contact.last_name, Contact.phone, Contact.email, Contact.state),
    *(Stage.name.label("stage"), Stage.label.label("stage_label"), Stage.kind.label("stage_kind")),
    PersonRow.name.label("owner"),
)


def _extra(columns: Sequence[Field]) -> list[Any]:
    return [
        field.column.label(f"x_{field.name}")
        for field in columns
        if field.builtin and field.column is not None
    ]


def _as_row(row: Row[Any], columns: Sequence[Field]) -> LeadRow:
    known = row._mapping
    plain = {name: known[name] for name in LeadRow.__struct_fields__ if name in known}
    name = f"{row.first_name} {row.last_name}".strip() or row.email or row.phone or ""
    return LeadRow(**plain, name=name, extra={field.name: _value(field, known) for field in columns})


def _value(field: Field, known: Any) -> Any:
    if field.sensitive:
        return None
    if not field.builtin:
        return fields.native(field, known["custom"].get(field.name))
    value = known.get(f"x_{field.name}")
    return Decimal(value).scaleb(-field.places) if field.minor and value is not None else value


# --- going through in order


def _sort(sort: str) -> tuple[Any, bool]:
    if sort.removeprefix("-") not in SORTS:
        raise invalid("sort", f"Sort by one of: {', '.join(SORTS)}.")
    return SORTS[sort.removeprefix("-")]


def _ordered(statement: Select[Any], sort: str) -> Select[Any]:
    column, nullable = _sort(sort)
    down = sort.startswith("-")
    first = column.desc() if down else column.asc()
    return statement.order_by(
        first.nulls_last() if nullable else first, Lead.id.desc() if down else Lead.id.asc()
    )


def _beyond(column: Any, nullable: bool, asked: Asked) -> ColumnElement[bool]:
    value, last = _read_cursor(asked)
    down = asked.sort.startswith("-")
    if value is None:
        return and_(column.is_(None), Lead.id < last if down else Lead.id > last)
    place, end = tuple_(column, Lead.id), tuple_(literal(value, column.type), literal(last, Lead.id.type))
    further = place < end if down else place > end
    return or_(further, column.is_(None)) if nullable else further


def _write_cursor(sort: str, row: Row[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, row.sorted_by, row.id])).decode().rstrip("=")


def _read_cursor(asked: Asked) -> tuple[Any, UUID]:
    """The place where the last screen ended. One that was made for another sort leads nowhere."""
    column, nullable = _sort(asked.sort)
    kind = column.type.python_type
    try:
        raw = base64.urlsafe_b64decode(asked.cursor + "=" * (-len(asked.cursor) % 4))
        sort, value, last = msgspec.json.decode(raw, type=tuple[str, Any, UUID])
        if sort != asked.sort or (value is None and not nullable):
            raise ValueError
        return (None if value is None else _typed(value, kind)), last
    except (ValueError, TypeError, binascii.Error, msgspec.MsgspecError):
        raise invalid("cursor", "This page of the list can't be found. Start at the top.") from None


def _typed(value: Any, kind: type) -> Any:
    read = msgspec.convert(value, kind)
    if isinstance(read, str) and "\0" in read:
        raise ValueError
    if isinstance(read, int) and abs(read) >= 2**63:
        raise ValueError
    if isinstance(read, datetime) and read.tzinfo is None:
        raise ValueError
    return read


# --- how many


async def count(work: Work, person: Person, asked: Asked) -> int:
    """At most 10,001, which means "more than 10,000"; up to half a minute old."""

    async def make() -> int:
        some = (
            joined(select(Lead.id)).where(await matching(work, person, asked)).limit(COUNT_CAP + 1).subquery()
        )
        return await work.scalar(select(func.count()).select_from(some)) or 0

    whose = "all" if person.reach == "all" else person.id
    asked_for = msgspec.json.encode(conditions.to_json(asked.where)).decode()
    return await cached(
        "leads.count",
        whose,
        person.id if "me" in asked_for else "",
        asked.q,
        asked_for,
        seconds=COUNT_SECONDS,
        type_=int,
        make=make,
    )


async def matching_ids(
    work: Work, person: Person, asked: Asked, *, after: UUID | None = None, limit: int = 200
) -> list[UUID]:
    """Ids of everything that matches, in the order of the ids: for going through all of it in chunks."""
    statement = joined(select(Lead.id)).where(await matching(work, person, asked))
    if after is not None:
        statement = statement.where(Lead.id > after)
    return list((await work.scalars(statement.order_by(Lead.id).limit(limit))).all())


def both(*conditions_: Condition) -> Condition:
    """All of these at once."""
    parts = [part for part in conditions_ if part != EVERYTHING]
    return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else EVERYTHING


def columns_of(fieldset: FieldSet, names: Sequence[str]) -> list[Field]:
    """Fields that may stand as further columns: those that can be read row by row and are not sealed."""
    found = [fieldset[name] for name in names if name in fieldset]
    return [
        field for field in found if not field.sensitive and (not field.builtin or field.column is not None)
    ]
