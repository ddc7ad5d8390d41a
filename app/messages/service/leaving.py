"""The way out: asked once more, handed over once, and what became of it.

Prepared in one transaction, handed over in none, settled in another. What may have left is never sent again.
"""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from app.brand import service as brand
from app.compliance import service as compliance
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import agenda, clock
from app.core.ports import doors
from app.core.ports.failures import OptedOut, Refused, Unavailable
from app.core.ports.mail import Mail
from app.core.work import Work
from app.leads import service as leads
from app.messages.models import Message
from app.messages.service import health, outside
from app.messages.service.attaching import fetch_all
from app.messages.service.rows import locked, mark_refused, recorded
from app.messages.service.words import Words, laid_out
from themes.catalogue import later, say
from themes.mjml import mail_model

RETRIES = 8
# A report that is overtaken by a later one must not set the message back.
RANK = {"queued": 0, "sending": 1, "unknown": 1, "sent": 2, "delivered": 3, "failed": 4, "bounced": 5}
UNANSWERED = {
    True: later("The mail server did not answer for a day. Nothing was sent."),
    False: later("The carrier did not answer for a day. Nothing was sent."),
}


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over: a mail, or a text. `last`: this try is the last one.

    `ref` is the key that the Message-ID was made from when the mail was written; a text's key is the agenda
    row's.
    """

    mail: Mail | None = None
    ref: str = ""
    to: str = ""
    from_: str = ""
    text: str = ""
    callback: str = ""
    since: Any = None
    last: bool = False


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How handing over ended, where that is known."""

    provider_id: str = ""
    failed: str = ""
    code: str = ""
    opted_out: bool = False


async def prepare(work: Work, message_id: UUID) -> Parcel | None:
    """The parcel, if the message may still leave; asked of the gate again unless it may have left already."""
    message = await locked(work, message_id)
    if message.state not in ("queued", "sending"):
        return None
    row = await _agenda_row(work, message)
    if not (row and row.state == "calling") and not await _still_lawful(work, message):
        return None
    message.state = "sending"
    last = bool(row and row.attempts + 1 >= RETRIES)
    return await (_text(work, message, last) if message.channel == "sms" else _mail(work, message, last))


async def _agenda_row(work: Work, message: Message) -> Any:
    found = await work.execute(
        text("select state, attempts from spine.agenda where id = :id and tenant_role = current_user"),
        {"id": message.agenda_id},
    )
    return found.first()


async def _still_lawful(work: Work, message: Message) -> bool:
    if message.attempt_id is None:
        return False
    if message.channel == "email" and message.purpose == "marketing" and (why := await health.why_not(work)):
        await compliance.void(work, message.attempt_id)
        mark_refused(message, "mail_paused", why, None)
        recorded(work, "message.refused", message, code="mail_paused")
        return False
    gated = await compliance.recheck(work, message.attempt_id)
    if gated.allowed:
        return True
    said = gated.verdict
    mark_refused(message, said.refusals[0].code, said.sentence, said.next_lawful_at)
    recorded(work, "message.refused", message, code=said.refusals[0].code)
    return False


async def _text(work: Work, message: Message, last: bool) -> Parcel:
    callback = outside.report_url(work, "message", message.id)
    return Parcel(
        to=message.recipient,
        from_=message.sender,
        text=message.body,
        callback=callback,
        since=message.at,
        last=last,
    )


async def _mail(work: Work, message: Message, last: bool) -> Parcel:
    contact = await work.get(Contact, message.contact_id)
    leave_url = f"{outside.origin(work)}/u/{message.leave_token}" if message.leave_token else ""
    model = mail_model(outside.look(work), {}, lang=contact.language if contact else "en", unsubscribe_url=leave_url)
    button = (message.button["label"], message.button["link"]) if message.button else None
    words = Words(subject=message.subject, body=message.body, button=button)
    made = await laid_out(words, model, built=message.template_id is not None)
    name, address = outside.sender(work)
    thread = await _thread(work, message)
    mail = Mail(
        from_name=name,
        from_address=address,
        to=message.recipient,
        to_name=contact.name if contact else "",
        subject=made.subject,
        text=made.text,
        html=made.html,
        reply_to=address,
        unsubscribe_url=leave_url,
        in_reply_to=thread[-1] if thread else "",
        references=tuple(thread),
        headers={"Auto-Submitted": "auto-generated"} if message.automated else {},
        attachments=await fetch_all(work, message.attachments),
        signer=await brand.signer(work),
    )
    return Parcel(mail=mail, ref=str(message.id), last=last)


async def _thread(work: Work, message: Message) -> list[str]:
    before = await work.get(Message, message.in_reply_to) if message.in_reply_to else None
    return [before.message_ref] if before is not None and before.message_ref else []


async def hand_over(parcel: Parcel, key: str) -> Outcome:
    """The one moment at which something leaves. Raises Unavailable and OutcomeUnknown."""
    try:
        if parcel.mail is not None:
            sent = await doors.mailer().send(parcel.mail, parcel.ref)
            return Outcome(provider_id=sent.provider_id)
        taken = await doors.carrier().send_sms(
            to=parcel.to, from_=parcel.from_, text=parcel.text, key=key, status_callback=parcel.callback
        )
        return Outcome(provider_id=taken.id)
    except OptedOut as stopped:
        return Outcome(failed=str(stopped), code=stopped.code, opted_out=True)
    except Refused as refusal:
        return Outcome(failed=str(refusal), code=refusal.code)
    except Unavailable:
        if not parcel.last:
            raise
        return Outcome(failed=UNANSWERED[parcel.mail is not None], code="unavailable")


async def ask(parcel: Parcel, key: str) -> Outcome | None:
    """After a crash in between: what became of it. Raises OutcomeUnknown where that can't be told."""
    if parcel.mail is not None:
        sent = await doors.mailer().ask(parcel.mail, parcel.ref)
        return Outcome(provider_id=sent.provider_id) if sent else None
    taken = await doors.carrier().find_sms(key, to=parcel.to, from_=parcel.from_, text=parcel.text, since=parcel.since)
    return Outcome(provider_id=taken.id) if taken else None


async def settle(work: Work, message_id: UUID, outcome: Outcome) -> None:
    """Note what handing over said. A report of the carrier may have come first; it is not set back."""
    message = await locked(work, message_id)
    message.provider_id = message.provider_id or outcome.provider_id or None
    if outcome.failed:
        await _failed(work, message, outcome)
        return
    message.sent_at = message.sent_at or clock.now()
    if RANK.get(message.state, 9) < RANK["sent"]:
        message.state = "sent"
    recorded(work, "message.sent", message)
    if message.lead_id and not message.automated:
        await leads.touch_contacted(work, message.lead_id, message.sent_at)
    await work.flush()


async def _failed(work: Work, message: Message, outcome: Outcome) -> None:
    message.state, message.error = "failed", outcome.failed[:500]
    await compliance.void(work, message.attempt_id)
    if outcome.opted_out:
        await compliance.opt_out(
            work, contact_id=message.contact_id, phone=message.recipient, channel="sms", words="STOP", how="carrier",
            lead_id=message.lead_id,
        )  # fmt: skip
    if message.channel == "email" and outcome.code.startswith("550"):
        message.cause = {**message.cause, "bounced": True}
        await contacts.mark_bounced(work, message.contact_id)
    recorded(work, "message.failed", message, code=outcome.code[:20])
    await work.flush()


async def park(work: Work, message_id: UUID, reason: str) -> None:
    """It may have left. A person looks; it is never sent again by itself."""
    message = await locked(work, message_id)
    if RANK.get(message.state, 9) < RANK["sent"]:
        message.state, message.error = "unknown", reason[:500]
        recorded(work, "message.unknown", message)
        await work.flush()


agenda.effect(
    agenda.Effect(
        "messages.send",
        prepare=prepare,
        call=hand_over,
        settle=settle,
        ask=ask,
        park=park,
        queue="send",
        retries=RETRIES,
    )
)


async def note_status(
    work: Work, status: str, *, message_id: UUID | None = None, provider_id: str = "", error_code: str = ""
) -> Message | None:
    """What the carrier reports of a text, in any order and as often as it likes. None for a text that is not
    ours.
    """
    found = select(Message).where(Message.id == message_id if message_id else Message.provider_id == provider_id)
    message = (await work.scalars(found.with_for_update(), execution_options={"populate_existing": True})).first()
    if message is None or message.direction != "out" or message.channel != "sms":
        return None
    if message.provider_id and provider_id and message.provider_id != provider_id:
        return None
    message.provider_id = message.provider_id or provider_id or None
    state = {"delivered": "delivered", "undelivered": "failed", "failed": "failed", "sent": "sent"}.get(status)
    if state is None or RANK.get(message.state, 9) >= RANK[state]:
        return message
    message.state = state
    message.sent_at = message.sent_at or clock.now()
    if state == "delivered":
        message.delivered_at = clock.now()
    if state == "failed":
        message.error = ERRORS.get(
            error_code, say("The carrier could not deliver this text (%(code)s).", code=error_code or status)
        )
    if state != "sent":
        recorded(work, f"message.{state}", message, **({"code": error_code} if error_code else {}))
    await work.flush()
    return message


ERRORS = {
    "30003": later("The phone could not be reached."),
    "30005": later("The number does not exist."),
    "30006": later("This number cannot get texts: it is a landline."),
    "30007": later("The carrier filtered this text."),
}
