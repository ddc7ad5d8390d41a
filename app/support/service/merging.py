"""Two tickets about the same thing become one."""

from uuid import UUID

from sqlalchemy import update

from app.core import clock
from app.core.errors import invalid
from app.core.work import Work
from app.support.models import Ticket, TicketEntry
from app.support.service import clocks
from app.support.service.rows import locked, told
from app.support.service.tickets import move


async def merge(work: Work, ticket_id: UUID, into: UUID) -> Ticket:
    """The conversation moves to the other ticket of the same customer; answers to either arrive there. Twice is once.

    Raises NotFound, and Invalid for itself, another customer's, or one that was merged away.
    """
    first, second = sorted((ticket_id, into))
    rows = {one: await locked(work, one) for one in dict.fromkeys((first, second))}
    ticket, target = rows[ticket_id], rows[into]
    if ticket.merged_into == target.id:
        return target
    if ticket.id == target.id or target.merged_into is not None or ticket.merged_into is not None:
        raise invalid("into", "Choose another ticket, one that was not merged itself.")
    if ticket.contact_id != target.contact_id:
        raise invalid("into", "Both tickets must be of the same customer.")
    await work.execute(update(TicketEntry).where(TicketEntry.ticket_id == ticket.id).values(ticket_id=target.id))
    ticket.merged_into, ticket.state, ticket.closed_at = target.id, "closed", clock.now()
    await clocks.stop(work, ticket)
    told(work, "ticket.merged", ticket, into=target.id, into_number=target.number)
    if target.state in ("solved", "closed"):
        await move(work, target.id, "open")
    told(work, "ticket.changed", target, fields=["merged"])
    await work.flush()
    return target
