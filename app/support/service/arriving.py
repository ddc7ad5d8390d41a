"""What people write back finds its ticket: by the mail that it answers, by the number in its subject, by the last text."""

import re
from uuid import UUID

from sqlalchemy import select

from app.core.errors import NotFound
from app.core.work import Work
from app.messages.models import Message
from app.support.models import OPEN, Ticket
from app.support.service.configure import settings
from app.support.service.rows import locked
from app.support.service.talking import client_wrote
from app.support.service.tickets import LONGEST_SUBJECT, NewTicket, open_ticket

NUMBER = re.compile(r"\[#(\d{1,9})\]")


async def arrived(work: Work, message_id: UUID) -> Ticket | None:
    """Put the message on its ticket; where it has none, open one if the tenant wants that. Twice changes nothing."""
    message = await work.get(Message, message_id)
    if message is None or message.direction != "in" or not message.body.strip():
        return None
    found = await _ticket_of(work, message)
    about = {"channel": message.channel, "message_id": message.id, "author_name": message.author_name}
    if found is not None:
        return await client_wrote(work, found.id, message.body, **about)
    if not (await settings(work)).from_messages:
        return None
    first = next((line for line in message.body.splitlines() if line.strip()), "")
    wanted = NewTicket(
        contact_id=message.contact_id,
        lead_id=message.lead_id,
        subject=(message.subject or first)[:LONGEST_SUBJECT],
        body=message.body,
        **about,
    )
    return await open_ticket(work, wanted)


async def _ticket_of(work: Work, message: Message) -> Ticket | None:
    for found in (await _by_thread(work, message), await _by_number(work, message), await _by_text(work, message)):
        if found is not None and found.contact_id == message.contact_id:
            return await _final(work, found)
    return None


async def _by_thread(work: Work, message: Message) -> Ticket | None:
    before = await work.get(Message, message.in_reply_to) if message.in_reply_to else None
    return await _named(work, before)


async def _named(work: Work, message: Message | None) -> Ticket | None:
    said = message.cause.get("ticket") if message is not None else None
    return await work.get(Ticket, UUID(said)) if said else None


async def _by_number(work: Work, message: Message) -> Ticket | None:
    number = NUMBER.search(message.subject or "")
    return await work.scalar(select(Ticket).where(Ticket.number == int(number[1]))) if number else None


async def _by_text(work: Work, message: Message) -> Ticket | None:
    """A text belongs to what we last texted about, while that is open."""
    if message.channel != "sms":
        return None
    before = select(Message).where(
        Message.contact_id == message.contact_id, Message.channel == "sms", Message.direction == "out"
    )
    last = (await work.scalars(before.order_by(Message.at.desc(), Message.id.desc()).limit(1))).first()
    found = await _named(work, last)
    return found if found is not None and found.state in (*OPEN, "solved") else None


async def _final(work: Work, ticket: Ticket) -> Ticket:
    """Where a merged one went in the end."""
    seen = set()
    while ticket.merged_into is not None and ticket.id not in seen:
        seen.add(ticket.id)
        try:
            ticket = await locked(work, ticket.merged_into)
        except NotFound:
            break
    return ticket
