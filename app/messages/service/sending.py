"""Writing to somebody: words, then the gate, then a row that leaves with this transaction, or a refusal that
stays.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.brand import service as brand
from app.compliance import service as compliance
from app.compliance.models import Purpose
from app.compliance.service import Contacting
from app.contacts.models import Contact
from app.core import agenda, clock
from app.core.errors import NotFound, invalid
from app.core.ports.mail.compose import message_id
from app.core.work import Work
from app.leads.models import Lead
from app.messages.models import Message, MessageTemplate
from app.messages.models.segments import MOST_SEGMENTS, segments
from app.messages.service import health, later, outside, pace
from app.messages.service.conversations import answered
from app.messages.service.rows import mark_refused, recorded
from app.messages.service.templates import find_template
from app.messages.service.words import Words, fill_in
from app.team import service as team
from themes import formats
from themes.catalogue import say
from themes.terms import worded

Channel = Literal["email", "sms"]
LONGEST_SUBJECT, LONGEST_BODY = 300, 50_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One message to be. Either `template` (name or id) or the words themselves.

    `purpose` empty: the template's, else servicing for clients and marketing for everybody else. `tokens` add
    to what the template sees. `key`: a second message with it is not written. `cause` says for people and
    programs what it comes from (`{"sequence": id, "step": n}`). `attachments` are (kind, id) pairs of
    `attachers`. `due`: not before.
    """

    template: str | UUID | None = None
    subject: str = ""
    text: str = ""
    button: tuple[str, str] | None = None
    purpose: Purpose | Literal[""] = ""
    automated: bool = False
    tokens: Mapping[str, Any] = {}
    key: str | None = None
    cause: dict[str, Any] = {}
    attachments: Sequence[tuple[str, UUID]] = ()
    in_reply_to: UUID | None = None
    topic: str | None = None
    due: datetime | None = None
    confirms_opt_out: bool = False


async def send_email(work: Work, contact_id: UUID, *, lead_id: UUID | None = None, **wanted: Any) -> Message:
    """Write an e-mail; keywords are those of `Wanted`. See `send`."""
    return await send(work, "email", contact_id, Wanted(**wanted), lead_id=lead_id)


async def send_sms(work: Work, contact_id: UUID, *, lead_id: UUID | None = None, **wanted: Any) -> Message:
    """Write a text; keywords are those of `Wanted`. See `send`."""
    return await send(work, "sms", contact_id, Wanted(**wanted), lead_id=lead_id)


async def send(
    work: Work, channel: Channel, contact_id: UUID, wanted: Wanted, *, lead_id: UUID | None = None
) -> Message:
    """A message that leaves after the commit (`state` queued), or one that was refused (`state` refused, with
    `refused_code`, `refused_why` and `next_lawful_at`). A refusal is an answer, not an error.

    Raises NotFound for nobody, Invalid for words that can't be sent as they are. The lead is the person's
    latest if left out.
    """
    if wanted.key is not None and (known := await _by_key(work, wanted.key)) is not None:
        return known
    contact, lead = await _who(work, contact_id, lead_id)
    template = await find_template(work, wanted.template, channel) if wanted.template else None
    words = await _words(work, wanted, template, contact, lead)
    _check(channel, words)
    purpose = wanted.purpose or (template.purpose if template else await usual_purpose(work, contact_id))
    message = await _row(work, channel, contact, lead, template, words, wanted, purpose)
    if lead is not None and lead.test:
        return await _refused(
            work, message, "test_lead", worded("This is a test %(lead)s: nothing is sent to it."), None
        )
    if wanted.due is not None and wanted.due > clock.now():
        await later.plan(work, message, wanted.due)
    else:
        await _leave(work, message, _asked(message, wanted))
    if not wanted.automated and message.state == "queued":
        await answered(work, contact.id)
    return message


async def held_back(work: Work, channel: str, purpose: str) -> tuple[str, str] | None:
    """Code and sentence while no mail of this kind leaves at all: the sender is not checked, or it is paused."""
    if channel != "email" or purpose != "marketing":
        return None
    if why := await brand.why_not(work):
        return "sender_unverified", why
    return ("mail_paused", why) if (why := await health.why_not(work)) else None


async def _leave(work: Work, message: Message, asked: Contacting) -> Message:
    """Through the gate and onto the agenda, or refused."""
    if (held := await held_back(work, message.channel, message.purpose)) is not None:
        return await _refused(work, message, *held, None)
    gated = await compliance.gate(work, asked)
    if not gated.allowed:
        said = gated.verdict
        return await _refused(work, message, said.refusals[0].code, said.sentence, said.next_lawful_at)
    if message.channel == "sms" and not asked.confirms_opt_out:
        waits = await pace.closed(work, message.recipient, gated.attempt_id)
        if waits is not None:
            await compliance.void(work, gated.attempt_id)
            return await _refused(work, message, "too_fast", waits.why, waits.until)
    message.attempt_id = gated.attempt_id
    message.agenda_id = await agenda.add(work, "messages.send", message.id)
    await work.flush()
    recorded(work, "message.queued", message)
    return message


async def release(work: Work, message_id: UUID) -> None:
    """A message that was to leave later leaves now. An hour that is closed when it is due is waited for; any other
    refusal stands, and whoever wrote it is told.
    """
    message = await later.of(work, message_id)
    if message is None or message.due_at is None or message.due_at > clock.now():
        return None
    asked = _asked(message, Wanted())
    said = await compliance.verdict(work, message.contact_id, asked.channel, asked.purpose)
    if not said.allowed and said.next_lawful_at and said.next_lawful_at <= clock.now() + later.WAITS_FOR:
        return await later.put_off(work, message, said.next_lawful_at)
    await _leave(work, message, asked)
    if message.state == "refused" and message.author_id:
        entity = ("lead", message.lead_id) if message.lead_id else ("contact", message.contact_id)
        await team.notify(work, "message.not_sent", [message.author_id], *entity, why=message.refused_why)


async def usual_purpose(work: Work, contact_id: UUID) -> Purpose:
    """Somebody whom we serve is written to about that; everybody else is being won."""
    standing = await compliance.standing_of(work, contact_id)
    return "servicing" if standing.client_since else "marketing"


async def _by_key(work: Work, key: str) -> Message | None:
    return (await work.scalars(select(Message).where(Message.key == key))).first()


async def _who(work: Work, contact_id: UUID, lead_id: UUID | None) -> tuple[Contact, Lead | None]:
    contact = await work.get(Contact, contact_id)
    if contact is None:
        raise NotFound
    if lead_id is None:
        return contact, await latest_lead(work, contact_id)
    lead = await work.get(Lead, lead_id)
    if lead is None or lead.contact_id != contact_id:
        raise NotFound
    return contact, lead


async def latest_lead(work: Work, contact_id: UUID) -> Lead | None:
    found = select(Lead).where(Lead.contact_id == contact_id, Lead.deleted_at.is_(None))
    return (await work.scalars(found.order_by(Lead.created_at.desc(), Lead.id.desc()).limit(1))).first()


async def _words(
    work: Work, wanted: Wanted, template: MessageTemplate | None, contact: Contact, lead: Lead | None
) -> Words:
    if template is not None:
        filled = await fill_in(work, template, contact, lead, wanted.tokens)
        # An agent may have changed what the template said before sending it.
        return msgspec.structs.replace(
            filled,
            body=_plain(wanted.text) or filled.body,
            subject=_one_line(wanted.subject) or filled.subject,
        )
    return Words(subject=_one_line(wanted.subject), body=_plain(wanted.text), button=wanted.button)


def _plain(typed: str) -> str:
    return typed.replace("\0", "").replace("\r\n", "\n").strip()


def _one_line(typed: str) -> str:
    return " ".join(typed.replace("\0", "").split())


def _check(channel: Channel, words: Words) -> None:
    if not words.body.strip():
        raise invalid("text", "Write the message first.", "missing")
    if len(words.body) > LONGEST_BODY:
        raise invalid(
            "text",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=formats.number(len(words.body)),
                limit=formats.number(LONGEST_BODY),
            ),
            "too_long",
        )
    if channel == "email" and not words.subject:
        raise invalid("subject", "Enter a subject.", "missing")
    if len(words.subject) > LONGEST_SUBJECT:
        raise invalid(
            "subject",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=len(words.subject),
                limit=LONGEST_SUBJECT,
            ),
            "too_long",
        )
    count = segments(words.body).count if channel == "sms" else 1
    if count > MOST_SEGMENTS:
        raise invalid(
            "text",
            say("This takes %(count)s segments; the limit is %(limit)s. Shorten it.", count=count, limit=MOST_SEGMENTS),
            "too_long",
        )


async def _row(
    work: Work, channel: Channel, contact: Contact, lead: Lead | None, template: MessageTemplate | None, words: Words,
    wanted: Wanted, purpose: str,
) -> Message:  # fmt: skip
    message = Message(
        id=uuid7(),
        contact_id=contact.id,
        lead_id=lead.id if lead else None,
        direction="out",
        channel=channel,
        purpose=purpose,
        automated=wanted.automated,
        state="queued",
        template_id=template.id if template else None,
        key=wanted.key,
        cause=msgspec.to_builtins(wanted.cause),
        subject=words.subject,
        body=words.body,
        button={"label": words.button[0], "link": words.button[1]} if words.button else {},
        attachments=msgspec.to_builtins(list(wanted.attachments)),
        recipient=(contact.email if channel == "email" else contact.phone) or "",
        in_reply_to=wanted.in_reply_to,
        author_id=work.actor.id if work.actor.kind == "person" else None,
        author_name=work.actor.name,
        at=clock.now(),
    )
    await _address(work, message, words)
    work.add(message)
    await work.flush()
    return message


async def _address(work: Work, message: Message, words: Words) -> None:
    if message.channel == "sms":
        message.sender, message.segments = await outside.own_number(work), segments(words.body).count
        return
    _, message.sender = outside.sender(work)
    message.message_ref = message_id(message.sender, str(message.id))
    message.leave_token = secrets.token_urlsafe(24) if message.purpose == "marketing" else None


def _asked(message: Message, wanted: Wanted) -> Contacting:
    return Contacting(
        contact_id=message.contact_id,
        channel=message.channel,  # type: ignore[arg-type]
        purpose=message.purpose,  # type: ignore[arg-type]
        automated=message.automated,
        lead_id=message.lead_id,
        subject=wanted.topic,
        confirms_opt_out=wanted.confirms_opt_out,
        record="message",
        record_id=message.id,
    )


async def _refused(work: Work, message: Message, code: str, why: str, next_at: datetime | None) -> Message:
    mark_refused(message, code, why, next_at)
    await work.flush()
    recorded(work, "message.refused", message, code=code)
    return message
