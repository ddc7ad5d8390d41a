"""What leads make of events of rooms below: tasks set the next step, changes ask for a new score."""

from uuid import UUID

from sqlalchemy import select, update

from app.core import agenda, events, live
from app.core.events import Event
from app.core.work import Work
from app.leads.models import Lead
from app.tasks.queries import next_due
from app.team import service as team


@events.inside(events.EVERY)
async def tell_watchers(work: Work, event: Event) -> None:
    """Whatever happens to a lead, also in rooms above, reaches the pages that show it."""
    if event.entity == "lead":
        live.tell(work, "leads", event.entity_id)


@events.inside("task.added", "task.changed", "task.done", "task.reopened", "task.deleted")
async def keep_next_step(work: Work, event: Event) -> None:
    """The next step of a lead is its first open task."""
    if event.entity == "lead":
        due = await next_due(work, "lead", event.entity_id)
        await work.execute(update(Lead).where(Lead.id == event.entity_id).values(next_action_at=due))


@events.after("lead.updated", "lead.stage_changed", "lead.heated", "lead.first_contacted", "tag.added", "tag.removed")
async def ask_for_score(work: Work, event: Event) -> None:
    """One rescoring, however many things changed."""
    if event.entity == "lead" and not event.payload.get("scored"):
        await _ask(work, event.entity_id)


@events.after("contact.updated")
async def ask_for_scores(work: Work, event: Event) -> None:
    if event.payload.get("scored"):
        return
    found = await work.scalars(select(Lead.id).where(Lead.contact_id == event.entity_id, Lead.deleted_at.is_(None)))
    for lead_id in found:
        await _ask(work, lead_id)


async def _ask(work: Work, lead_id: UUID) -> None:
    await agenda.add(work, "leads.rescore", lead_id, key=f"leads.rescore:{lead_id}")


@events.after("lead.assigned")
async def tell_new_owner(work: Work, event: Event) -> None:
    """What routing holds out for a while is told as an offer, by routing."""
    lead = await work.get(Lead, event.entity_id)
    if lead is None or lead.owner_id is None or str(lead.owner_id) != event.payload.get("owner"):
        return
    if lead.accepted_at is not None or event.payload.get("reason") not in ("rule", "fallback"):
        await team.notify(work, "lead.assigned", [lead.owner_id], "lead", lead.id)
