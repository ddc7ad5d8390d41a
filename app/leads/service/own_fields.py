"""The tenant's own fields, with what the spine's verbs leave to a room: the audit, and the mirror of old values."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import agenda, events, fields
from app.core.errors import NotFound
from app.core.fields import Draft, Field, custom
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import Lead

CHUNK = 1000
STEP = 10


async def add_field(work: Work, draft: Draft) -> Field:
    """Raises Invalid."""
    field = await custom.add(work, "lead", draft)
    told = {"label": (None, field.label), "type": (None, field.type), "sealed": (None, field.sensitive)}
    events.record(work, "field.added", "field", _id(field), field=field.name, changes=told)
    return field


async def change_field(work: Work, name: str, **changes: Any) -> Field:
    """Values are never lost: an option that goes is retired, a field that becomes filterable gets its mirror built.

    Raises NotFound, Invalid.
    """
    before = await own_field(work, name)
    field = await custom.change(work, "lead", name, **changes)
    told = {key: (_said(getattr(before, key)), _said(getattr(field, key))) for key in changes}
    told = {key: pair for key, pair in told.items() if pair[0] != pair[1]}
    if told:
        events.record(work, "field.changed", "field", _id(field), field=name, changes=told, fields=sorted(told))
    if field.filterable and not before.filterable:
        await agenda.add(work, "leads.mirror_field", name, None, key=f"leads.mirror_field:{name}")
    return field


async def retire_field(work: Work, name: str) -> None:
    """Out of forms, lists and filters; its values stay. Raises NotFound."""
    field = await own_field(work, name)
    await custom.archive(work, "lead", name)
    events.record(work, "field.retired", "field", _id(field), field=name)


async def restore_field(work: Work, name: str) -> Field:
    """Raises NotFound, Invalid when no more fields can be filtered by."""
    field = await custom.restore(work, "lead", name)
    events.record(work, "field.restored", "field", _id(field), field=name)
    if field.filterable:
        await agenda.add(work, "leads.mirror_field", name, None, key=f"leads.mirror_field:{name}")
    return field


async def order_field(work: Work, name: str, up: bool) -> None:
    """One place up or down within its group."""
    every = [field for field, archived in await custom.all_custom(work, "lead") if not archived]
    mine = next((field for field in every if field.name == name), None)
    if mine is None:
        raise NotFound
    group = [field for field in every if field.group == mine.group]
    at = group.index(mine)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(group):
        return
    group[at], group[to] = group[to], group[at]
    await _number(work, group)


async def _number(work: Work, group: Sequence[Field]) -> None:
    """Places of a group, with room between them; the lowest place that it had stays where it begins."""
    first = min(field.position for field in group)
    for place, field in enumerate(group):
        wanted = first + STEP * place
        if field.position != wanted:
            await change_field(work, field.name, position=wanted)


async def own_field(work: Work, name: str) -> Field:
    """Also a retired one. Raises NotFound."""
    found = next((field for field, _ in await custom.all_custom(work, "lead") if field.name == name), None)
    if found is None:
        raise NotFound
    return found


async def mirror(work: Work, name: str, after: UUID | None) -> None:
    """A chunk of old values into what conditions search, then the next one."""
    known = (await fields.registry(work, "lead")).only([name])
    if not any(field.filterable for field in known):
        return
    held = select(Lead.id, Lead.custom).where(Lead.custom.has_key(name))
    if after is not None:
        held = held.where(Lead.id > after)
    rows = (await work.execute(held.order_by(Lead.id).limit(CHUNK))).all()
    box = await runtime().box(work.tenant)
    values = [(row.id, fields.load(known, row.custom, box=box, record=row.id)) for row in rows]
    await fields.store_many(work, "lead", known, values, box=box)
    if len(rows) == CHUNK:
        await agenda.add(work, "leads.mirror_field", name, rows[-1].id)


def _id(field: Field) -> UUID:
    assert field.id is not None  # only rows of the tenant come here
    return field.id


def _said(value: Any) -> Any:
    return [list(one) if isinstance(one, tuple) else one for one in value] if isinstance(value, tuple) else value
