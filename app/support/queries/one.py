"""One ticket with its conversation, and how tickets are told of elsewhere."""

from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from app.contacts.models import Contact
from app.core.errors import NotFound
from app.core.events import Event
from app.core.permissions import Person
from app.core.records import Named
from app.core.timeline import TimelineItem
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible as leads_within
from app.messages.models import Message
from app.support.models import Ticket, TicketEntry
from app.support.queries.listing import Row, joined, row_of, visible
from themes.catalogue import later, say

FEW = 5


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One entry, with the state of the message that carries it (empty for what needed none)."""

    entry: TicketEntry
    state: str
    refused_why: str


class TicketPage(msgspec.Struct, frozen=True, kw_only=True):
    """`lead_id` only where this person may open the lead. `others`: further tickets of the customer."""

    row: Row
    contact: Contact
    said: list[Said]
    lead_id: UUID | None
    others: list[Ticket]
    before: Ticket | None


async def ticket(work: Work, person: Person, ticket_id: UUID) -> Ticket:
    """Raises NotFound for one that is missing, merged away or out of reach."""
    found = await work.scalar(select(Ticket).where(Ticket.id == ticket_id, await visible(work, person)))
    if found is None:
        raise NotFound
    return found


async def merged_into(work: Work, ticket_id: UUID) -> UUID | None:
    """Where an old link leads."""
    return await work.scalar(select(Ticket.merged_into).where(Ticket.id == ticket_id))


async def ticket_page(work: Work, person: Person, ticket_id: UUID) -> TicketPage:
    found = (await work.execute(joined().where(Ticket.id == ticket_id, await visible(work, person)))).first()
    if found is None:
        raise NotFound
    row = row_of(found)
    lead = row.ticket.lead_id
    within = (Lead.id == lead, await leads_within(work, person))
    others = [
        other for other in await of_contact(work, row.ticket.contact_id, limit=FEW + 1) if other.id != row.ticket.id
    ]
    return TicketPage(
        row=row,
        contact=found.Contact,
        said=await conversation(work, ticket_id),
        lead_id=await work.scalar(select(Lead.id).where(*within)) if lead else None,
        others=others[:FEW],
        before=await work.get(Ticket, row.ticket.follows) if row.ticket.follows else None,
    )


async def conversation(work: Work, ticket_id: UUID, *, with_notes: bool = True) -> list[Said]:
    """Oldest first."""
    found = (
        select(TicketEntry, Message.state, Message.refused_why)
        .outerjoin(Message, Message.id == TicketEntry.message_id)
        .where(TicketEntry.ticket_id == ticket_id)
    )
    if not with_notes:
        found = found.where(TicketEntry.kind != "note", or_(Message.id.is_(None), Message.state != "refused"))
    rows = await work.execute(found.order_by(TicketEntry.at, TicketEntry.id).limit(500))
    return [Said(entry=row[0], state=row[1] or "", refused_why=row[2] or "") for row in rows]


async def of_contact(work: Work, contact_id: UUID, *, limit: int = 50) -> list[Ticket]:
    """The latest first. The caller has found the contact within reach."""
    found = select(Ticket).where(Ticket.contact_id == contact_id, Ticket.merged_into.is_(None))
    return list(await work.scalars(found.order_by(Ticket.updated_at.desc(), Ticket.id.desc()).limit(limit)))


async def of_lead(work: Work, person: Person, lead: Lead, limit: int = FEW) -> list[Row]:
    """For the lead's page: tickets of its contact within reach, the latest first."""
    found = joined().where(Ticket.contact_id == lead.contact_id, await visible(work, person))
    rows = await work.execute(found.order_by(Ticket.updated_at.desc(), Ticket.id.desc()).limit(limit))
    return [row_of(row) for row in rows]


async def page_of_client(work: Work, contact_id: UUID, ticket_id: UUID) -> tuple[Ticket, list[Said]]:
    """The customer's own, without notes and without what never reached them. Raises NotFound for anybody else's."""
    own = (Ticket.id == ticket_id, Ticket.contact_id == contact_id)
    found = await work.scalar(select(Ticket).where(*own))
    if found is None:
        raise NotFound
    if found.merged_into is not None:
        return await page_of_client(work, contact_id, found.merged_into)
    return found, await conversation(work, found.id, with_notes=False)


async def names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    """How tickets are called elsewhere; without a person (in a job) all of them."""
    within = await visible(work, work.person) if work.person else Ticket.merged_into.is_(None)
    rows = await work.execute(select(Ticket.id, Ticket.number, Ticket.subject).where(Ticket.id.in_(ids), within))
    return {row.id: Named(f"#{row.number} {row.subject}", f"/agent/tickets/{row.id}") for row in rows}


async def describe_tickets(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """One sentence each, with number and subject."""
    ids = {UUID(event.payload["ticket"]) for event in found if event.payload.get("ticket")}
    rows = await work.execute(select(Ticket.id, Ticket.number, Ticket.subject).where(Ticket.id.in_(ids)))
    known = {str(row.id): row for row in rows}
    return {event.id: _item(event, known.get(event.payload.get("ticket", ""))) for event in found}


def _item(event: Event, row: object) -> TimelineItem:
    sentence, tone = SENTENCES.get(event.kind.partition(".")[2], ("changed ticket %(number)s", ""))
    values = {"number": f"#{event.payload.get('number', '')}", "rating": event.payload.get("rating", "")}
    title = say(sentence, **values)
    if row is None:
        return TimelineItem(title=title)
    return TimelineItem(title=title, body=row.subject, tone=tone, url=f"/agent/tickets/{row.id}")  # type: ignore[attr-defined, arg-type]


SENTENCES = {
    "opened": (later("opened ticket %(number)s"), "info"),
    "received": (later("wrote on ticket %(number)s"), "info"),
    "replied": (later("answered ticket %(number)s"), ""),
    "noted": (later("wrote a note on ticket %(number)s"), ""),
    "changed": (later("changed ticket %(number)s"), ""),
    "merged": (later("merged ticket %(number)s into another"), ""),
    "due_soon": (later("ticket %(number)s is nearly due"), "warning"),
    "missed": (later("ticket %(number)s missed its target"), "error"),
    "rated": (later("rated ticket %(number)s: %(rating)s of 5"), ""),
}
