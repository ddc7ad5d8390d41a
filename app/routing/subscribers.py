"""What routing does when something happens to a lead or to somebody's presence."""

from uuid import UUID

from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work
from app.leads import service as leads
from app.routing import service
from app.team import service as team

DEEDS = ("lead.first_contacted", "lead.stage_changed", "note.added")


@events.after("lead.created")
async def route_new(work: Work, event: Event) -> None:
    here = event.payload
    if not here.get("test") and not here.get("owner") and not here.get("unrouted"):
        await agenda.add(work, "routing.route", event.entity_id, "created", key=f"route:{event.entity_id}")


@events.after("lead.released")
async def route_again(work: Work, event: Event) -> None:
    cause = event.payload.get("reason") or "released"
    await agenda.add(work, "routing.route", event.entity_id, cause, key=f"route:{event.entity_id}:{event.id}")


@events.after("presence.changed")
async def somebody_is_ready(work: Work, event: Event) -> None:
    if event.payload.get("state") == "ready":
        await agenda.add(work, "routing.route_waiting", key="route:waiting")


@events.inside("lead.accepted", "lead.claimed")
async def note_acceptance(work: Work, event: Event) -> None:
    await service.close_offer(work, event.entity_id, "accepted")


@events.inside("lead.assigned")
async def somebody_decided(work: Work, event: Event) -> None:
    """Given to another person by hand; what routing itself assigns has no open offer yet."""
    owner = event.payload.get("owner")
    await service.close_offer(work, event.entity_id, "withdrawn", but_for=UUID(owner) if owner else None)


@events.together("lead.released", "lead.deleted")
async def nobody_any_more(work: Work, found: list[Event]) -> None:
    await service.close_offers(work, [event.entity_id for event in found], "withdrawn")


@events.inside("lead.stage_changed")
async def over_and_done(work: Work, event: Event) -> None:
    """A lead that is won or lost is held out to nobody any more; its owner stays."""
    if event.payload.get("to_kind") not in ("new", "open"):
        await service.close_offer(work, event.entity_id, "withdrawn", but_for=work.actor.id)


@events.inside(*DEEDS)
async def working_is_accepting(work: Work, event: Event) -> None:
    """Who calls, writes a note or moves the stage of a lead that was held out to them has taken it."""
    if event.entity != "lead" or work.person is None:
        return
    lead = await leads.locked(work, event.entity_id, deleted=True)
    if lead.owner_id == work.person.id and lead.accepted_at is None and lead.deleted_at is None:
        await leads.accept(work, lead.id, work.person)


@events.after("lead.offered", "lead.offer_expired")
async def tell_offered(work: Work, event: Event) -> None:
    """An offer is news while it stands; once it has moved on, that is."""
    person = UUID(event.payload["person"])
    kind = "lead.offered" if event.kind == "lead.offered" else "lead.moved_on"
    if kind == "lead.moved_on":
        await team.seen(work, person, [event.entity_id])
    await team.notify(work, kind, [person], "lead", event.entity_id)
