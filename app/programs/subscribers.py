"""Whoever looks after a client hears what became of an offer and of a deposit."""

from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.leads.queries.owners import owners
from app.team import service as team


@events.after("settlement.approved", "settlement.declined")
async def tell_answer(work: Work, event: Event) -> None:
    await team.notify(work, event.kind, await owners(work, event.entity_id), "lead", event.entity_id)


@events.after("deposit.returned")
async def tell_returned(work: Work, event: Event) -> None:
    await team.notify(work, "deposit.returned", await owners(work, event.entity_id), "lead", event.entity_id)
