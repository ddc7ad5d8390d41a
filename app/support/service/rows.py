"""Rows as the verbs take them, and what is told of each change."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from app.access.models import PersonRow, Role
from app.core import clock, events, live
from app.core.errors import NotFound
from app.core.work import Work
from app.support.models import Ticket
from app.team.models import Member

FIRST_NUMBER = 1001


async def locked(work: Work, ticket_id: UUID) -> Ticket:
    """The row as it is now, held until the transaction ends. Raises NotFound."""
    statement = select(Ticket).where(Ticket.id == ticket_id).with_for_update()
    found = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if found is None:
        raise NotFound
    return found


async def next_number(work: Work) -> int:
    """Without gaps: whoever takes a number holds the others back until its transaction ends."""
    await work.execute(text("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.tickets', 0))"))
    last = await work.scalar(select(func.max(Ticket.number)))
    return max((last or 0) + 1, FIRST_NUMBER)


def told(work: Work, kind: str, ticket: Ticket, /, **more: Any) -> None:
    """The event stands on the lead's timeline where there is a lead, else on the person's."""
    ticket.updated_at = clock.now()
    entity, entity_id = ("lead", ticket.lead_id) if ticket.lead_id else ("contact", ticket.contact_id)
    events.record(work, kind, entity, entity_id, ticket=ticket.id, number=ticket.number, **more)
    live.tell(work, "tickets", ticket.id)


async def who_manage(work: Work) -> list[UUID]:
    """Those who hear of a missed target."""
    managers = (PersonRow.state == "active", PersonRow.support.is_(False), Role.permissions.any("tickets.manage"))
    found = select(PersonRow.id).join(Role, Role.id == PersonRow.role_id).where(*managers)
    return list(await work.scalars(found))


async def mates(work: Work, team_id: UUID | None) -> list[UUID]:
    """The active people of a team."""
    found = select(Member.person_id).join(PersonRow, PersonRow.id == Member.person_id)
    return list(await work.scalars(found.where(Member.team_id == team_id, PersonRow.state == "active")))
