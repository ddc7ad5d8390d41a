"""Where the work of somebody who left went."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.access.models import PersonRow
from app.core import events
from app.core.events import Event
from app.core.slice import Handover, handovers
from app.core.work import Work


class Went(msgspec.Struct, frozen=True, kw_only=True):
    """So many of a kind, to whom ("" for nobody in particular) and, where there is one, the list of what they have now."""

    label: str
    count: int
    to: str
    url: str


class HandedOver(msgspec.Struct, frozen=True):
    """What went over when they left, and by whom."""

    at: datetime
    by: str
    lines: list[Went]


async def handed_over(work: Work, person_id: UUID) -> HandedOver | None:
    """The last time; None for somebody who had nothing in hand."""
    await events.written(work)
    found = select(Event).where(Event.kind == "person.handed_over", Event.entity == "person")
    event = await work.scalar(found.where(Event.entity_id == person_id).order_by(Event.at.desc()).limit(1))
    went = event.payload.get("went", {}) if event else {}
    if event is None or not went:
        return None
    ids = {UUID(one["to"]) for one in went.values() if one["to"]}
    rows = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids))
    names = {str(row.id): row.name for row in await work.execute(rows)}
    lines = [_line(what, went[what.name], names) for what in handovers() if what.name in went]
    return HandedOver(event.at, event.actor_name, lines)


def _line(what: Handover, one: dict[str, Any], names: dict[str, str]) -> Went:
    to = one["to"] or ""
    return Went(
        label=what.label, count=one["count"], to=names.get(to, ""), url=what.url.replace("{id}", to) if to else ""
    )
