"""Templates: found by name, checked before they are saved, written from a blueprint."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.compliance.models import Request
from app.compliance.service import book
from app.core import blueprints, clock, config, events
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.work import Work
from app.messages.models import CHANNELS, PURPOSES, MessageTemplate, TemplateVersion
from app.messages.models.segments import MOST_SEGMENTS, segments
from app.messages.service.uses import uses_of
from app.messages.service.words import TOKENS, trust_shipped
from themes import liquid
from themes.catalogue import say
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
    subject_es: str = ""
    body_es: str = ""
    button_label_es: str = ""


async def find_template(work: Work, template: str | UUID, channel: str = "") -> MessageTemplate:
    """By name or id. Raises Invalid for one that is gone, or is of another channel."""
    column = MessageTemplate.id if isinstance(template, UUID) else MessageTemplate.name
    row = (await work.scalars(select(MessageTemplate).where(column == template))).first()
    if row is None or row.archived_at is not None or (channel and row.channel != channel):
        raise invalid("template", "This template is gone. Choose another one.")
    return row


async def save_template(
    work: Work, values: TemplateValues, *, template_id: UUID | None = None, seen: int | None = None
) -> MessageTemplate:
    """A new template, or another version of one. Raises NotFound, and Invalid naming each fault with its line, or who
    saved another version since `seen`.
    """
    values = _trimmed(values)
    await check_template(work, values)
    row = await _row(work, values, template_id)
    if template_id and seen is not None and seen != row.version:
        told = say(
            "%(name)s saved version %(version)s meanwhile. Save again to put yours on top.",
            name=row.updated_by or say("Somebody"),
            version=row.version,
        )
        raise invalid("label", told, "conflict")
    before = words_of(row) if template_id else {}
    after = msgspec.to_builtins(values)
    changed = {name: (before.get(name), after[name]) for name in after if before.get(name) != after[name]}
    if changed and before:
        await _keep_version(work, row, before)
    for name, value in after.items():
        setattr(row, name, value)
    if changed:
        row.version = (row.version or 0) + 1 if template_id else 1
        row.updated_at, row.updated_by = clock.now(), work.actor.name
        await work.flush()
        await _keep_version(work, row, after)
        events.record(work, "template.changed", "template", row.id, changes=changed, fields=sorted(changed))
    await work.flush()
    return row


def words_of(row: MessageTemplate) -> dict[str, Any]:
    """What the template says and what it is for, by the name of each field."""
    return {name: getattr(row, name) for name in TemplateValues.__struct_fields__}


async def _keep_version(work: Work, row: MessageTemplate, words: dict[str, Any]) -> None:
    """As it stands under its present number; what stands there already is the same."""
    kept = {"template_id": row.id, "version": row.version, "words": words, "id": uuid7()}
    who = {"saved_at": row.updated_at, "saved_by": row.updated_by or ""}
    fresh = insert(TemplateVersion).values(**kept, **who)
    await work.execute(fresh.on_conflict_do_nothing(index_elements=["template_id", "version"]))


async def restore_version(work: Work, template_id: UUID, version: int) -> MessageTemplate:
    """What the template said then, as its newest version. Raises NotFound, and Invalid when it would not be taken now."""
    found = select(TemplateVersion).where(
        TemplateVersion.template_id == template_id, TemplateVersion.version == version
    )
    kept = (await work.scalars(found)).first()
    if kept is None:
        raise NotFound
    return await save_template(work, msgspec.convert(kept.words, TemplateValues), template_id=template_id)


def shipped(work: Work, row: MessageTemplate) -> TemplateValues | None:
    """What the blueprint says under this name; None for a template of the tenant's own."""
    given = blueprints.load(work.tenant.blueprint).get("templates") or []
    found = next((each for each in given if each["name"] == row.name), None)
    if found is None:
        return None
    texts = {name: str(found.get(name) or "").strip() for name in TemplateValues.__struct_fields__}
    return msgspec.convert(texts, TemplateValues)


async def reset_template(work: Work, template_id: UUID) -> MessageTemplate:
    """Back to the blueprint's words, as a new version. Raises NotFound where there are none."""
    row = await work.get(MessageTemplate, template_id)
    values = shipped(work, row) if row else None
    if values is None:
        raise NotFound
    return await save_template(work, values, template_id=template_id)


async def archive_template(work: Work, template_id: UUID) -> MessageTemplate:
    """Out of every choice; messages written from it stay. Raises NotFound, and Invalid while something uses it."""
    row = await work.get(MessageTemplate, template_id, with_for_update=True)
    if row is None:
        raise NotFound
    if used := await uses_of(work, [row.name]):
        where = ", ".join(sorted({use.label for use in used[row.name]}))
        raise invalid(
            "template",
            say(
                "%(template)s is used by %(where)s. Choose another template there first.",
                template=row.label,
                where=where,
            ),
            "used",
        )
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


async def unarchive_template(work: Work, template_id: UUID) -> MessageTemplate:
    """Into every choice again. Raises NotFound."""
    row = await work.get(MessageTemplate, template_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.archived_at is not None:
        row.archived_at = None
        said = {"changes": {"archived": (True, False)}, "fields": ["archived"]}
        events.record(work, "template.changed", "template", row.id, **said)
    return row


def _trimmed(values: TemplateValues) -> TemplateValues:
    texts = {
        name: str(getattr(values, name)).replace("\0", "").replace("\r\n", "\n").strip()
        for name in values.__struct_fields__
    }
    return msgspec.convert(texts, TemplateValues)


async def check_template(work: Work, values: TemplateValues) -> None:
    """Raises Invalid. A text that carriers would refuse for this trade is refused here, with the reason."""
    trust_shipped()
    errors = [*_shape(values), *await _eligible(work, values)]
    errors += await _liquid_faults(values)
    if errors:
        raise Invalid(errors)


def _shape(values: TemplateValues) -> list[FieldError]:
    errors = []
    if values.channel not in CHANNELS or values.purpose not in PURPOSES:
        errors.append(FieldError("channel", "not_allowed", "Choose e-mail or text, and what it is for."))
    if not 1 <= len(values.label) <= LONGEST_LABEL:
        errors.append(
            FieldError("label", "missing", say("Enter a name of 1 to %(most)s characters.", most=LONGEST_LABEL))
        )
    if not values.body:
        errors.append(FieldError("body", "missing", "Write the message."))
    if values.channel == "email" and not values.subject:
        errors.append(FieldError("subject", "missing", "Enter a subject."))
    if bool(values.button_label) != bool(values.button_link):
        errors.append(FieldError("button_link", "missing", "A button needs both words and a link."))
    for field in ("body", "body_es") if values.channel == "sms" else ():
        count = segments(getattr(values, field)).count
        if count > MOST_SEGMENTS:
            told = say(
                "This takes %(count)s segments; the limit is %(limit)s. Shorten it.", count=count, limit=MOST_SEGMENTS
            )
            errors.append(FieldError(field, "too_long", told))
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
    return [
        FieldError(
            "channel",
            "not_eligible",
            say("%(rule)s. (%(whose)s: %(source)s)", rule=rule.says, whose=rule.whose, source=rule.source),
        )
        for rule in against
    ]


async def _liquid_faults(values: TemplateValues) -> list[FieldError]:
    found: dict[str, list[liquid.Fault]] = {}
    for ending in ("", "_es"):
        found |= {f"{name}{ending}": faults for name, faults in (await _of_language(values, ending)).items()}
    return [
        FieldError(
            field,
            fault.code,
            say("Line %(line)s: %(fault)s", line=fault.line, fault=say(fault.message)) if fault.line else fault.message,
        )
        for field, faults in found.items()
        for fault in faults
    ]


async def _of_language(values: TemplateValues, ending: str) -> dict[str, list[liquid.Fault]]:
    body = getattr(values, f"body{ending}")
    if values.channel == "sms" or not body:
        return {"body": await liquid.check(body, TOKENS, "text")}
    label = getattr(values, f"button_label{ending}") or values.button_label
    button = Button(label, values.button_link) if label and values.button_link else None
    return await check_email(getattr(values, f"subject{ending}") or values.subject, body, button, TOKENS)


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
        for name in TemplateValues.__struct_fields__:
            setattr(row, name, str(given.get(name) or "").strip())
        row.position, row.updated_at = position, clock.now()
    await work.flush()
