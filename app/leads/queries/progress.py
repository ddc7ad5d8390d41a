"""How far a change of many has come."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work


class Progress(msgspec.Struct, frozen=True):
    """How many leads were changed by one request so far, and whether it goes on."""

    done: int
    waiting: bool


async def progress(work: Work, trace: str, person_id: UUID) -> Progress:
    """Only of one's own."""
    await events.written(work)
    mine = select(func.count(Event.entity_id.distinct())).where(
        Event.trace == trace, Event.actor_id == person_id, Event.entity == "lead"
    )
    return Progress(await work.scalar(mine) or 0, await agenda.waits(work, "leads.bulk", trace))
