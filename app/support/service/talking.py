"""The conversation: answers that leave through the gate, notes among us, and what the customer writes in the portal."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.contacts.models import Contact
from app.core.errors import invalid
from app.core.work import Work
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.models import Message, MessageTemplate
from app.support.models import Ticket, TicketEntry
from app.support.service import clocks
from app.support.service.configure import settings
from app.support.service.rows import locked, told
from app.support.service.tickets import NewTicket, move, open_ticket, put_down
from app.team import service as team
from themes.catalogue import say


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to be. `then` is the state that follows; `once` makes a second press harmless."""

    text: str
    channel: str = "email"
    then: str = "waiting"
    once: UUID | None = None


async def reply(work: Work, ticket_id: UUID, wanted: Reply) -> tuple[TicketEntry, Message | None]:
    """Answer by mail or text through the gate, or in the portal alone. A refused message is kept and shown; it is no
    answer, and the state stays. Raises Invalid.
    """
    ticket = await locked(work, ticket_id)
    if wanted.once is not None and (known := await work.get(TicketEntry, wanted.once)) is not None:
        return known, await work.get(Message, known.message_id) if known.message_id else None
    if not wanted.text.strip():
        raise invalid("text", "Write the answer first.", "missing")
    if ticket.merged_into is not None:
        raise invalid("text", "This ticket was merged into another. Answer there.")
    message = await _sent(work, ticket, wanted)
    entry = await put_down(
        work,
        ticket,
        "staff",
        wanted.text,
        channel=wanted.channel,
        message_id=message.id if message else None,
        id=wanted.once or uuid7(),
    )
    if message is not None and message.state == "refused":
        return entry, message
    await clocks.first_answer(work, ticket)
    ticket.assignee_id = ticket.assignee_id or (work.actor.id if work.actor.kind == "person" else None)
    told(work, "ticket.replied", ticket, channel=wanted.channel)
    await move(work, ticket.id, wanted.then)
    return entry, message


async def _sent(work: Work, ticket: Ticket, wanted: Reply) -> Message | None:
    if wanted.channel not in ("email", "sms"):
        return None
    last = await _last_mail(work, ticket.id) if wanted.channel == "email" else None
    return await messages.send(
        work,
        wanted.channel,  # type: ignore[arg-type]
        ticket.contact_id,
        messages.Wanted(
            subject=f"Re: {ticket.subject} [#{ticket.number}]",
            text=wanted.text,
            purpose="transactional",
            cause={"ticket": str(ticket.id)},
            in_reply_to=last,
        ),
        lead_id=ticket.lead_id,
    )


async def _last_mail(work: Work, ticket_id: UUID) -> UUID | None:
    """What the answer hangs under in the customer's mail program."""
    found = (
        select(Message.id)
        .join(TicketEntry, TicketEntry.message_id == Message.id)
        .where(TicketEntry.ticket_id == ticket_id, Message.channel == "email", Message.message_ref.is_not(None))
        .order_by(TicketEntry.at.desc())
        .limit(1)
    )
    return await work.scalar(found)


async def note(work: Work, ticket_id: UUID, text: str) -> TicketEntry:
    """Among us: the customer never sees it. Raises Invalid."""
    if not text.strip():
        raise invalid("text", "Write the note first.", "missing")
    ticket = await locked(work, ticket_id)
    entry = await put_down(work, ticket, "note", text)
    told(work, "ticket.noted", ticket)
    return entry


async def client_wrote(work: Work, ticket_id: UUID, text: str, **more: Any) -> Ticket:
    """The customer said more. What waited or was solved is open again; what is closed gets a ticket that follows it.

    Gives the ticket on which the words stand. Raises Invalid.
    """
    if not text.strip():
        raise invalid("text", say("Write your message first."), "missing")
    ticket = await locked(work, ticket_id)
    if ticket.state == "closed":
        return await open_ticket(work, _following(ticket, text, more))
    await put_down(work, ticket, "customer", text, **more)
    told(work, "ticket.received", ticket, channel=more.get("channel", ""))
    if ticket.state in ("waiting", "solved"):
        await move(work, ticket.id, "open")
    if ticket.assignee_id is not None:
        said = {"number": f"#{ticket.number}", "subject": ticket.subject}
        await team.notify(work, "ticket.received", [ticket.assignee_id], "ticket", ticket.id, **said)
    return ticket


def _following(ticket: Ticket, text: str, more: dict[str, Any]) -> NewTicket:
    return NewTicket(
        contact_id=ticket.contact_id,
        lead_id=ticket.lead_id,
        subject=ticket.subject,
        body=text,
        channel=more.get("channel", "portal"),
        category=ticket.category,
        priority=ticket.priority,
        assignee_id=ticket.assignee_id,
        follows=ticket.id,
        message_id=more.get("message_id"),
        author_name=more.get("author_name", ""),
    )


async def fill_macro(work: Work, ticket: Ticket, name: str) -> str:
    """The macro's words for this customer; empty for one that is gone."""
    macro = next((one for one in (await settings(work)).macros if one.name == name), None)
    if macro is None:
        return ""
    contact = await work.get(Contact, ticket.contact_id)
    lead = await work.get(Lead, ticket.lead_id) if ticket.lead_id else None
    words = MessageTemplate(name="macro", label="", channel="sms", purpose="transactional", subject="", body=macro.body)
    words.button_label = words.button_link = ""
    assert contact is not None
    return (await messages.fill_in(work, words, contact, lead, {})).body
