"""On a lead's page and in the queue: writing to the person, the verdict of the gate before a word is typed."""

import secrets
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.compliance import service as compliance
from app.compliance.models import Verdict
from app.contacts.models import Contact
from app.core import drafts, places
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import lead as find_lead
from app.messages import queries, service
from app.messages.models import Message, MessageTemplate, segments
from app.messages.pages import typed
from app.messages.pages.typed import Channel
from app.messages.service import Wanted
from themes.catalogue import say
from themes.formats import moment

VIEW: dict[str, Any] = {"permission": "messages.view"}
SEND: dict[str, Any] = {"permission": "messages.send"}


class ComposerPage(msgspec.Struct, frozen=True, kw_only=True):
    """The composer as it stands: what was typed, and the verdict before anything is. `held`: why no such mail leaves now."""

    lead: Lead
    contact: Contact
    channel: Channel
    verdict: Verdict
    held: str
    purpose: str
    templates: list[MessageTemplate]
    template_id: str
    subject: str
    text: str
    count: Any
    sender: str
    conversation: list[Message]
    once: str
    zone: str
    zone_label: str
    send_at: str = ""
    next: str = ""
    sheet: bool = False
    refusal: Message | None = None
    errors: list[FieldError] = []


class PreviewPage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it will arrive."""

    channel: Channel
    subject: str
    text: str
    count: Any
    sender: str


@get("/agent/leads/{lead_id:uuid}/composer", opt=SEND)
async def show_composer(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    """`channel` chooses the tab, `template` fills it in as this person would get it."""
    asked = request.query_params
    lead, contact = await found(work, lead_id)
    context = await _context(
        work, lead, contact, typed.channel(asked.get("channel", "")), template_id=asked.get("template", "")
    )
    inside = asked.get("in", "")
    onward = {"sheet": "queue", "inbox": "inbox"}.get(inside, "")
    context = msgspec.structs.replace(context, sheet=inside == "sheet", next=onward)
    return await _show(request, work, context)


@post("/agent/leads/{lead_id:uuid}/messages", opt=SEND)
async def send_message(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
    """A refusal keeps what was typed and says why; it stands in the record all the same."""
    given = await form(request)
    lead, contact = await found(work, lead_id)
    channel = typed.channel(given.get("channel", ""))
    try:
        message = await service.send(
            work, channel, contact.id, await _wanted(work, contact, channel, given), lead_id=lead.id
        )
    except Invalid as problem:
        return await _again(request, work, await _as_typed(work, lead, contact, channel, given), problem)
    if message.state == "refused":  # what was typed stays in the draft
        context = await _as_typed(work, lead, contact, channel, given)
        return await _show(request, work, msgspec.structs.replace(context, refusal=message), status=409)
    await drafts.done(work, f"message-{lead.id}-{channel}")
    return redirect(request, typed.onward(given, lead), _told(message, contact, given))


async def _wanted(work: Work, contact: Contact, channel: Channel, given: dict[str, Any]) -> Wanted:
    """The message as the form has it, in the thread that it answers. Raises Invalid."""
    due = typed.due(given)
    thread = await queries.last_received(work, contact.id) if channel == "email" else None
    return Wanted(
        template=typed.as_id(str(given.get("template") or "")),
        subject=str(given.get("subject") or ""),
        text=str(given.get("text") or ""),
        key=typed.once(work, given),
        due=due,
        in_reply_to=thread.id if thread else None,
    )


async def _as_typed(work: Work, lead: Lead, contact: Contact, channel: Channel, given: dict[str, Any]) -> ComposerPage:
    words = {name: str(given.get(name) or "") for name in ("subject", "text")}
    return await _context(work, lead, contact, channel, template_id=str(given.get("template") or ""), **words)


async def _again(request: HttpRequest, work: Work, context: ComposerPage, problem: Invalid) -> Response[bytes]:
    return await refused(
        request,
        work,
        "messages/composer.html",
        context,
        problem,
        title=_title(context.contact),
        fragment="messages/_composer.html",
    )


def _told(message: Message, contact: Contact, given: dict[str, Any]) -> Toast:
    """That it is on its way; of one that leaves later, when, and the way back."""
    if message.due_at is not None:
        when = moment(message.due_at, typed.zone(given), named=True)
        return Toast(say("It leaves %(when)s.", when=when), f"/agent/messages/{message.id}/cancel")
    who = contact.first_name or contact.name
    if message.channel == "sms":
        return Toast(say("Text to %(who)s is on its way.", who=who))
    return Toast(say("E-mail to %(who)s is on its way.", who=who))


@post("/agent/leads/{lead_id:uuid}/messages/preview", opt=SEND, status_code=200)
async def preview_message(request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
    given = await form(request)
    _, contact = await found(work, lead_id)
    channel, text = typed.channel(given.get("channel", "")), str(given.get("text") or "")
    sender = await _sender(work, channel)
    context = PreviewPage(
        channel=channel,
        subject=str(given.get("subject") or ""),
        text=text,
        count=segments(text),
        sender=sender,
    )
    return await page(
        request,
        work,
        "messages/preview.html",
        context,
        title=_title(contact),
        fragment="messages/_preview.html",
    )


async def found(work: Work, lead_id: UUID) -> tuple[Lead, Contact]:
    """Within reach, with the person. Raises NotFound."""
    lead = await find_lead(work, work.person, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    if contact is None:
        raise NotFound
    return lead, contact


def _answer_to(last: Message | None) -> str:
    """Re: what they wrote about; nothing where there is nothing to answer."""
    if last is None or last.answered_at is not None or not last.subject:
        return ""
    return last.subject if last.subject.casefold().startswith("re:") else f"Re: {last.subject}"


def _title(contact: Contact) -> str:
    return f"{contact.name} · {say('Write')}"


async def _sender(work: Work, channel: Channel) -> str:
    if channel == "sms":
        return await service.outside.own_number(work)
    return service.outside.sender(work)[1]


async def _context(
    work: Work,
    lead: Lead,
    contact: Contact,
    channel: Channel,
    *,
    template_id: str = "",
    subject: str = "",
    text: str = "",
) -> ComposerPage:
    template = await service.find_template(work, UUID(template_id), channel) if typed.as_id(template_id) else None
    purpose = template.purpose if template else await service.usual_purpose(work, contact.id)
    verdict = await compliance.verdict(work, contact.id, channel, purpose)  # type: ignore[arg-type]
    if not (subject or text) or (template is not None and not text):
        subject, text = await _begun(work, lead, contact, channel, template)
    held = await service.held_back(work, channel, purpose)
    zone = _their_zone(work, contact, verdict)
    return ComposerPage(
        lead=lead,
        contact=contact,
        channel=channel,
        verdict=verdict,
        held=held[1] if held else "",
        purpose=purpose,
        templates=await queries.templates(work, channel=channel),
        template_id=template_id,
        subject=subject,
        text=text,
        count=segments(text),
        sender=await _sender(work, channel),
        conversation=await queries.conversation(work, contact.id, channel=channel, limit=6),
        once=secrets.token_hex(8),
        zone=zone,
        zone_label=places.zone_label(zone),
    )


async def _begun(
    work: Work, lead: Lead, contact: Contact, channel: Channel, template: MessageTemplate | None
) -> tuple[str, str]:
    """Subject and text to begin with: the template as this person would get it, else what was left half-written."""
    if template is not None:
        words = await service.fill_in(work, template, contact, lead)
        return words.subject, words.body
    kept = await drafts.kept(work, f"message-{lead.id}-{channel}")
    subject = str(kept.get("subject") or "")
    if channel == "email" and not subject:
        subject = _answer_to(await queries.last_received(work, contact.id))
    return subject, str(kept.get("text") or "")


def _their_zone(work: Work, contact: Contact, verdict: Verdict) -> str:
    """By whose clock it is sent later: theirs where it can be told."""
    zones = places.plausible_zones(contact.phone, contact.zip, contact.state, contact.zone)
    return verdict.zone if verdict.zone and zones != places.every_zone() else work.person.zone


async def _show(request: HttpRequest, work: Work, context: ComposerPage, status: int = 200) -> Response[bytes]:
    return await page(
        request,
        work,
        "messages/composer.html",
        context,
        title=_title(context.contact),
        fragment="messages/_composer.html",
        status=status,
    )


HANDLERS: list[Any] = [show_composer, send_message, preview_message]
