"""Taking back what one request did to leads: owners and stages as they were, deleted ones back.

What was changed again since stays as it is. The events of the request say what was before.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.core import agenda, clock, events
from app.core.errors import NotFound
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead
from app.leads.service.ownership import assign
from app.leads.service.removal import restore
from app.leads.service.rows import locked, stages
from app.leads.service.stages import move

WINDOW = timedelta(minutes=5)  # the toast stays ten seconds; a long change and a slow line need more
KINDS = ("lead.assigned", "lead.claimed", "lead.stage_changed", "lead.deleted")
CHUNK = 200


async def undo(work: Work, trace: str, person_id: UUID) -> int:
    """Stop what still waits of that request and take back the rest. Returns how many leads of the first
    chunk went back.

    Raises NotFound when there is nothing: too late, or not this person's deed.
    """
    await agenda.cancel_traced(work, "leads.bulk", trace)
    found = await _events(work, trace, person_id, None)
    if not found:
        raise NotFound
    return await _take_back(work, found, trace, person_id)


async def undo_rest(work: Work, trace: str, person_id: UUID, before: UUID) -> None:
    """The next chunk, as the agenda brings it."""
    found = await _events(work, trace, person_id, before)
    if found:
        await _take_back(work, found, trace, person_id)


async def _events(work: Work, trace: str, person_id: UUID, before: UUID | None) -> list[Event]:
    await events.written(work)
    statement = select(Event).where(
        Event.kind.in_(KINDS),
        Event.at > clock.now() - WINDOW,
        Event.trace == trace,
        Event.actor_id == person_id,
    )
    if before is not None:
        statement = statement.where(Event.id < before)
    return list((await work.scalars(statement.order_by(Event.id.desc()).limit(CHUNK))).all())


async def _take_back(work: Work, found: list[Event], trace: str, person_id: UUID) -> int:
    taken = [await _one(work, event) for event in found]
    if len(found) == CHUNK:
        await agenda.add(work, "leads.undo", trace, person_id, found[-1].id)
    return sum(taken)


async def _one(work: Work, event: Event) -> bool:
    try:
        lead = await locked(work, event.entity_id, deleted=True)
    except NotFound:
        return False
    if event.kind == "lead.deleted":
        await restore(work, lead.id)
        return True
    if event.kind == "lead.stage_changed":
        return await _stage_back(work, lead, event)
    return await _owner_back(work, lead, event)


async def _stage_back(work: Work, lead: Lead, event: Event) -> bool:
    """Without asking for what the earlier stage demands: it was there before."""
    known = {str(stage.id): stage for stage in await stages(work)}
    before, after = known.get(event.payload["from"]), known.get(event.payload["to"])
    if before is None or after is None or lead.stage_id != after.id:
        return False
    await move(work, lead, after, before)
    return True


async def _owner_back(work: Work, lead: Lead, event: Event) -> bool:
    given, before = event.payload.get("owner"), event.payload.get("from_owner")
    if str(lead.owner_id) != str(given):
        return False
    await assign(work, lead.id, UUID(before) if before else None, reason="undo")
    return True
