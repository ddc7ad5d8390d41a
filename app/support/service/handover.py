"""Tickets of somebody who leaves the house go to a colleague, or back to everybody."""

from uuid import UUID

from sqlalchemy import Select, func, select

from app.core.work import Work
from app.support.models import OPEN, Ticket
from app.support.service.tickets import assign


def _open(person_id: UUID) -> Select[tuple[UUID, UUID | None]]:
    theirs = (Ticket.assignee_id == person_id, Ticket.state.in_(OPEN), Ticket.merged_into.is_(None))
    return select(Ticket.id, Ticket.team_id).where(*theirs)


async def in_hand(work: Work, person_id: UUID) -> int:
    return await work.scalar(select(func.count()).select_from(_open(person_id).subquery())) or 0


async def give(work: Work, from_id: UUID, to_id: UUID | None, limit: int) -> int:
    rows = (await work.execute(_open(from_id).order_by(Ticket.id).limit(limit))).all()
    for ticket_id, team_id in rows:
        await assign(work, ticket_id, to_id, team_id=team_id)
    return len(rows)
