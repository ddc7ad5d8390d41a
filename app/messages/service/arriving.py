"""What people write back: found by the number or the thread, kept, and obeyed where it says stop."""

from typing import Any

from sqlalchemy import select, text
from uuid_utils.compat import uuid7

from app.compliance import service as compliance
from app.compliance.models import opt_out_intent
from app.compliance.models.words import Intent
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.contacts.queries import find_duplicates
from app.core import clock
from app.core.errors import NotFound
from app.core.ports.carrier import InboundSms
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages.models import Message
from app.messages.models.letters import Letter
from app.messages.models.segments import segments
from app.messages.service import outside
from app.messages.service.conversations import heard
from app.messages.service.rows import locked, recorded
from app.messages.service.sending import latest_lead, send_sms
from app.team import service as team
from themes.catalogue import say

HEAT = 3.0
CONFIRM = "You will get no more texts from {firm}. Reply START to get them again."

__all__ = ["Letter", "first_time", "receive_email", "receive_sms", "unsubscribe"]


async def first_time(work: Work, source: str, external_id: str, body: Any = None) -> bool:
    """Whether this webhook is new; the ledger remembers it with whatever this transaction does about it."""
    found = await work.execute(
        text(
            "insert into spine.inbound (id, source, external_id, body, handled_at) values (:id, :source, :key, cast(:body as jsonb), :now)"
            " on conflict (tenant_role, source, external_id) do nothing returning id"
        ),
        {
            "id": uuid7(),
            "source": source,
            "key": external_id[:300],
            "body": body or "{}",
            "now": clock.real_now(),
        },
    )
    return found.first() is not None


async def receive_sms(work: Work, said: InboundSms) -> Message | None:
    """A text to our number. STOP ends texts in this transaction, however it is said; START begins them again.

    None for a number that is not ours.
    """
    if said.to != await outside.own_number(work):
        return None
    contact = await _texter(work, said.from_)
    lead = await latest_lead(work, contact.id)
    intent = said.opt_out or opt_out_intent(said.text)
    message = _incoming(contact, lead, "sms", said.text, sender=said.from_, recipient=said.to)
    message.provider_id, message.segments = said.id, segments(said.text).count
    if intent in ("stop", "start", "help"):
        message.answered_at = clock.now()
    work.add(message)
    await work.flush()
    await _obey(work, message, contact, intent, carrier_answers=said.opt_out is not None)
    await _noted(work, message, lead, intent)
    return message


async def _texter(work: Work, phone: str) -> Contact:
    known = await find_duplicates(work, phone=phone)
    return known[0] if known else await contacts.create(work, {"phone": phone})


def _incoming(contact: Contact, lead: Lead | None, channel: str, text_: str, **more: Any) -> Message:
    return Message(
        id=uuid7(), contact_id=contact.id, lead_id=lead.id if lead else None, direction="in", channel=channel, state="received",
        body=text_.replace("\0", "").strip(), author_name=contact.name, at=clock.now(), **more,
    )  # fmt: skip


async def _obey(
    work: Work, message: Message, contact: Contact, intent: Intent | None, *, carrier_answers: bool
) -> None:
    if intent == "start":
        await compliance.opt_in(work, contact.id, "sms", words=message.body)
    if intent != "stop":
        return
    await compliance.opt_out(
        work,
        contact_id=contact.id,
        phone=message.sender,
        channel="sms",
        words=message.body,
        how="reply",
        lead_id=message.lead_id,
    )
    if not carrier_answers:  # a carrier that knows the word confirms it itself; ours would be a second text
        await send_sms(
            work, contact.id, lead_id=message.lead_id, text=CONFIRM.format(firm=outside.firm_name(work)), purpose="transactional",
            automated=True, confirms_opt_out=True, key=f"stop:{message.id}", cause={"confirms": str(message.id)},
        )  # fmt: skip


async def _noted(
    work: Work, message: Message, lead: Lead | None, intent: str | None, *, automatic: bool = False
) -> None:
    said = {"intent": intent} if intent else {}
    recorded(work, "message.received", message, automatic=automatic, **said)
    await heard(work, message)
    if lead is not None and lead.owner_id is not None and message.answered_at is None:
        await team.notify(work, "message.received", [lead.owner_id], "lead", lead.id, name=message.author_name)
    if lead is not None and intent is None and not automatic:
        await leads.heat_up(work, lead.id, HEAT, "wrote back")
    await work.flush()


async def receive_email(
    work: Work, letter: Letter, *, envelope_from: str = "", envelope_to: str = ""
) -> Message | None:
    """A mail to us: a reply is threaded, a bounce and a complaint end mail to that address. None for
    strangers' mail.
    """
    about = await _about(work, letter)
    if letter.kind != "reply":
        return await _reported(work, letter, about)
    contact = await _writer(work, about, letter.sender or envelope_from)
    if contact is None:
        return None
    lead = await work.get(Lead, about.lead_id) if about and about.lead_id else await latest_lead(work, contact.id)
    intent = None if letter.automatic else opt_out_intent(letter.text)
    message = _incoming(
        contact,
        lead,
        "email",
        letter.text,
        sender=letter.sender or envelope_from,
        recipient=envelope_to or (letter.to or ("",))[0],
    )
    message.subject, message.message_ref = letter.subject, letter.ref or None
    message.in_reply_to = about.id if about else None
    if letter.automatic or intent == "stop":
        message.answered_at = clock.now()
    work.add(message)
    await work.flush()
    if intent == "stop":
        await compliance.opt_out(
            work,
            contact_id=contact.id,
            email=contact.email,
            channel="email",
            words=letter.text[:200],
            how="reply",
            lead_id=message.lead_id,
        )
    await _noted(work, message, lead, intent, automatic=letter.automatic)
    return message


async def _about(work: Work, letter: Letter) -> Message | None:
    """The mail of ours that this one is about: the nearest that it names."""
    if not letter.refs:
        return None
    rows = await work.scalars(select(Message).where(Message.message_ref.in_(letter.refs)))
    known = {row.message_ref: row for row in rows}
    return next((known[ref] for ref in letter.refs if ref in known), None)


async def _writer(work: Work, about: Message | None, sender: str) -> Contact | None:
    """By the sender's address; a person who answers from another one is found by the thread."""
    known = await find_duplicates(work, email=sender.lower()) if sender else []
    if known:
        return known[0]
    return await work.get(Contact, about.contact_id) if about else None


async def _reported(work: Work, letter: Letter, about: Message | None) -> Message | None:
    """A bounce for good marks the address; one that passes changes nothing. A complaint ends all mail."""
    if about is None:
        return None
    message = await locked(work, about.id)
    if letter.kind == "complaint":
        if not message.cause.get("complained"):
            message.cause = {**message.cause, "complained": True}
            recorded(work, "message.complained", message)
        await compliance.put_on_list(
            work,
            "suppressed",
            contact_id=message.contact_id,
            email=message.recipient,
            channel="email",
            reason="complaint",
            source="feedback loop",
        )
        await compliance.opt_out(
            work,
            contact_id=message.contact_id,
            email=message.recipient,
            channel="email",
            how="complaint",
            lead_id=message.lead_id,
        )
    elif letter.status.startswith("5") or not letter.status:
        if message.state != "bounced":
            message.state, message.error = (
                "bounced",
                say("The mailbox does not take mail (%(code)s).", code=letter.status or "returned"),
            )
            recorded(work, "message.bounced", message, code=letter.status or "5")
        contact = await work.get(Contact, message.contact_id)
        if contact is not None and contact.email == message.recipient:
            await contacts.mark_bounced(work, message.contact_id)
    await work.flush()
    return message


async def unsubscribe(work: Work, token: str) -> Message:
    """Whoever holds the link of a mail ends such mail to its address. Twice is once. Raises NotFound."""
    message = await by_leave_token(work, token)
    await compliance.opt_out(
        work,
        contact_id=message.contact_id,
        email=message.recipient,
        channel="email",
        purpose="marketing",
        how="link",
        lead_id=message.lead_id,
    )
    if not message.cause.get("left"):
        message.cause = {**message.cause, "left": True}
        recorded(work, "message.unsubscribed", message)
        await work.flush()
    return message


async def by_leave_token(work: Work, token: str) -> Message:
    """Raises NotFound."""
    found = (await work.scalars(select(Message).where(Message.leave_token == token))).first() if token else None
    if found is None:
        raise NotFound
    return found


async def resubscribe(work: Work, token: str) -> int:
    """The same hand takes it back, from the page that it just saw."""
    message = await locked(work, (await by_leave_token(work, token)).id)
    message.cause = {name: value for name, value in message.cause.items() if name != "left"}
    return await compliance.opt_in(work, message.contact_id, "email", words="Subscribed again on the unsubscribe page")
