"""Templates: found by name, checked before they are saved, written from a blueprint."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.compliance.models import Request
from app.compliance.service import book
from app.core import clock, config, events
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.messages.models import CHANNELS, PURPOSES, MessageTemplate
from app.messages.models.segments import MOST_SEGMENTS, segments
from app.messages.service.words import TOKENS
from themes import liquid
from themes.paragraphs import Button, check_email

LONGEST_LABEL = 80


class TemplateValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the template page saves."""

    label: str
    channel: Literal["email", "sms"] = "email"
    purpose: Literal["marketing", "servicing", "transactional"] = "marketing"
    subject: str = ""
    body: str = ""
    button_label: str = ""
    button_link: str = ""


async def find_template(work: Work, template: str | UUID, channel: str = "") -> MessageTemplate:
    """By name or id. Raises Invalid for one that is gone, or is of another channel."""
    column = MessageTemplate.id if isinstance(template, UUID) else MessageTemplate.name
    row = (await work.scalars(select(MessageTemplate).where(column == template))).first()
    if row is None or row.archived_at is not None or (channel and row.channel != channel):
        raise invalid("template", "This template is gone. Choose another one.")
    return row


async def in_language(work: Work, template: MessageTemplate, language: str) -> MessageTemplate:
    """The same in somebody's language where the tenant has it: `welcome_es` beside `welcome`."""
    if language in ("", "en"):
        return template
    same = (MessageTemplate.name == f"{template.name}_{language}", MessageTemplate.channel == template.channel)
    found = (await work.scalars(select(MessageTemplate).where(*same, MessageTemplate.archived_at.is_(None)))).first()
    return found or template


async def save_template(work: Work, values: TemplateValues, *, template_id: UUID | None = None) -> MessageTemplate:
    """A new template, or another version of one. Raises NotFound, and Invalid naming each fault with its
    line.
    """
    values = _trimmed(values)
    await check_template(work, values)
    row = await _row(work, values, template_id)
    before = {name: getattr(row, name) for name in values.__struct_fields__} if template_id else {}
    for name in values.__struct_fields__:
        setattr(row, name, getattr(values, name))
    changed = {
        name: (before.get(name), getattr(values, name))
        for name in values.__struct_fields__
        if before.get(name) != getattr(values, name)
    }
    if changed:
        row.version = (row.version or 0) + 1 if template_id else 1
        row.updated_at, row.updated_by = clock.now(), work.actor.name
        events.record(work, "template.changed", "template", row.id, changes=changed, fields=sorted(changed))
    await work.flush()
    return row


async def archive_template(work: Work, template_id: UUID) -> MessageTemplate:
    """Out of every choice; messages written from it stay. Raises NotFound."""
    row = await work.get(MessageTemplate, template_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.archived_at is None:
        row.archived_at = clock.now()
        events.record(
            work,
            "template.changed",
            "template",
            row.id,
            changes={"archived": (False, True)},
            fields=["archived"],
        )
    return row


def _trimmed(values: TemplateValues) -> TemplateValues:
    texts = {
        name: str(getattr(values, name)).replace("\0", "").replace("\r\n", "\n").strip()
        for name in values.__struct_fields__
    }
    return msgspec.convert(texts, TemplateValues)


async def check_template(work: Work, values: TemplateValues) -> None:
    """Raises Invalid. A text that carriers would refuse for this trade is refused here, with the reason."""
    errors = [*_shape(values), *await _eligible(work, values)]
    errors += await _liquid_faults(values)
    if errors:
        raise Invalid(errors)


def _shape(values: TemplateValues) -> list[FieldError]:
    errors = []
    if values.channel not in CHANNELS or values.purpose not in PURPOSES:
        errors.append(FieldError("channel", "not_allowed", "Choose e-mail or text, and what it is for."))
    if not 1 <= len(values.label) <= LONGEST_LABEL:
        errors.append(FieldError("label", "missing", f"Enter a name of 1 to {LONGEST_LABEL} characters."))
    if not values.body:
        errors.append(FieldError("body", "missing", "Write the message."))
    if values.channel == "email" and not values.subject:
        errors.append(FieldError("subject", "missing", "Enter a subject."))
    if bool(values.button_label) != bool(values.button_link):
        errors.append(FieldError("button_link", "missing", "A button needs both words and a link."))
    count = segments(values.body).count
    if values.channel == "sms" and count > MOST_SEGMENTS:
        errors.append(
            FieldError("body", "too_long", f"This takes {count} segments; the limit is {MOST_SEGMENTS}. Shorten it.")
        )
    return errors


async def _eligible(work: Work, values: TemplateValues) -> list[FieldError]:
    """What the rules forbid outright for this trade and channel, whoever it goes to."""
    vertical = (await config.get(work, "vertical")) or None
    request = Request(channel=values.channel, purpose=values.purpose, automated=True, vertical=vertical)
    against = [
        rule
        for rule in (await book(work)).in_force(clock.now().date())
        if rule.kind == "forbidden" and rule.binds(request)
    ]
    return [FieldError("channel", "not_eligible", f"{rule.says}. ({rule.whose}: {rule.source})") for rule in against]


async def _liquid_faults(values: TemplateValues) -> list[FieldError]:
    if values.channel == "sms":
        found = {"body": await liquid.check(values.body, TOKENS, "text")}
    else:
        button = Button(values.button_label, values.button_link) if values.button_label and values.button_link else None
        found = await check_email(values.subject, values.body, button, TOKENS)
    return [
        FieldError(field, fault.code, f"Line {fault.line}: {fault.message}" if fault.line else fault.message)
        for field, faults in found.items()
        for fault in faults
    ]


async def _row(work: Work, values: TemplateValues, template_id: UUID | None) -> MessageTemplate:
    if template_id is not None:
        row = await work.get(MessageTemplate, template_id, with_for_update=True)
        if row is None:
            raise NotFound
        return row
    fresh = uuid7()
    row = MessageTemplate(id=fresh, name=f"own_{fresh.hex[-12:]}", updated_at=clock.now(), version=1)
    work.add(row)
    return row


async def configure_templates(work: Work, section: list[dict[str, Any]]) -> None:
    """A blueprint's templates, by name; what is there already is written anew."""
    known = {row.name: row for row in await work.scalars(select(MessageTemplate))}
    for position, given in enumerate(section):
        row = known.get(given["name"])
        if row is None:
            row = MessageTemplate(id=uuid7(), name=given["name"], version=1)
            work.add(row)
        for name in ("label", "channel", "purpose", "subject", "body", "button_label", "button_link"):
            setattr(row, name, str(given.get(name) or "").strip())
        row.position, row.updated_at = position, clock.now()
    await work.flush()
