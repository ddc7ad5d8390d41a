"""The list of leads: what was asked for, one screen of it, and how many there are."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.contacts.queries import fragment
from app.core import clock, conditions, config, fields
from app.core.cache import cached
from app.core.conditions import EVERYTHING, All, Condition
from app.core.errors import NotFound
from app.core.fields import Field, FieldSet
from app.core.permissions import Person
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries.order import DEFAULT_SORT, Order
from app.leads.queries.reach import print_of, visible

COUNT_CAP = 10_000
COUNT_SECONDS = 30


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to see: typed fragment, condition, sort (`-` for the largest first), where to go
    on, how many; those in the archive instead of the others.
    """

    q: str = ""
    where: Condition = EVERYTHING
    sort: str = DEFAULT_SORT
    cursor: str = ""
    limit: int = 50
    archived: bool = False


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
    following = Order(asked.sort).write(shown[-1].sorted_by, shown[-1].id) if len(found) > asked.limit else ""
    return Screen(rows=[_as_row(row, columns) for row in shown], cursor=following)


async def row(work: Work, person: Person, lead_id: UUID, asked: Asked, columns: Sequence[Field]) -> LeadRow:
    """One line by itself, whatever the list asks for. Raises NotFound."""
    statement = joined(select(*_COLUMNS, *_extra(columns))).where(
        Lead.id == lead_id, await matching(work, person, asked)
    )
    found = (await work.execute(statement)).first()
    if found is None:
        raise NotFound
    return _as_row(found, columns)


async def _rows(
    work: Work, person: Person, asked: Asked, columns: Sequence[Field], *, limit: int
) -> Sequence[Row[Any]]:
    order = Order(asked.sort)
    statement = joined(select(*_COLUMNS, order.column.label("sorted_by"), *_extra(columns)))
    statement = statement.where(await matching(work, person, asked))
    if asked.cursor:
        statement = statement.where(order.beyond(*order.read(asked.cursor)))
    return (await work.execute(statement.order_by(*order.by()).limit(limit))).all()


async def neighbours(work: Work, person: Person, asked: Asked, lead_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The lead before and the one after this one in a list; None at its ends, or when it is not in it
    any more.
    """
    order = Order(asked.sort)
    within = await matching(work, person, asked)
    here = (await work.execute(joined(select(order.column)).where(within, Lead.id == lead_id))).first()
    if here is None:
        return None, None
    found = [
        await work.scalar(
            joined(select(Lead.id))
            .where(within, order.beyond(here[0], lead_id, backwards=backwards))
            .order_by(*order.by(backwards=backwards))
            .limit(1)
        )
        for backwards in (True, False)
    ]
    return found[0], found[1]


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
    parts = [await visible(work, person, archived=asked.archived)]
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
    return [field.column.label(f"x_{field.name}") for field in columns if field.builtin and field.column is not None]


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


# --- how many


async def count(work: Work, person: Person, asked: Asked) -> int:
    """At most 10,001, which means "more than 10,000"; up to half a minute old."""

    async def make() -> int:
        plain = select(Lead.id) if asked.where == EVERYTHING else joined(select(Lead.id))
        some = plain.where(await matching(work, person, asked)).limit(COUNT_CAP + 1).subquery()
        return await work.scalar(select(func.count()).select_from(some)) or 0

    whose = await print_of(work, person)
    asked_for = msgspec.json.encode(conditions.to_json(asked.where)).decode()
    return await cached(
        "leads.count",
        whose,
        person.id if "me" in asked_for else "",
        asked.q,
        asked_for,
        asked.archived,
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
    return [field for field in found if not field.sensitive and (not field.builtin or field.column is not None)]
