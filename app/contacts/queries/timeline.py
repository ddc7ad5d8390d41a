"""How events of contacts, notes and tags read in a timeline."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.contacts.models import Consent, Note, Tag
from app.core import events, fields
from app.core.events import Event
from app.core.timeline import TimelineItem
from app.core.work import Work
from themes.catalogue import say
from themes.formats import listed


async def describe_notes(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """The note's text under who wrote it; a deleted one no longer says what it said."""
    notes = await _by_id(work, Note, _ids(found, "note"))
    return {event.id: _note(event, notes.get(_id(event, "note"))) for event in found}


def _note(event: Event, note: Note | None) -> TimelineItem:
    body = note.body if note and note.deleted_at is None and event.kind == "note.added" else ""
    pinnable = note.id if note and body and not note.pinned else None
    return TimelineItem(title=say(events.kind_of(event.kind).label), body=body, note=pinnable)


async def describe_tags(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    tags = await _by_id(work, Tag, _ids(found, "tag"))
    return {event.id: _tag(event, tags.get(_id(event, "tag"))) for event in found}


def _tag(event: Event, tag: Tag | None) -> TimelineItem:
    label = tag.label if tag else "…"
    added = event.kind == "tag.added"
    return TimelineItem(
        title=say("added the tag %(tag)s", tag=label) if added else say("removed the tag %(tag)s", tag=label)
    )


async def describe_contacts(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """Consents with the words that were shown; changes with the names of the fields."""
    consents = await _by_id(work, Consent, _ids(found, "consent"))
    labels = {field.name: field.label for field in await fields.registry(work, "contact")}
    return {event.id: _contact(event, consents.get(_id(event, "consent")), labels) for event in found}


def _contact(event: Event, consent: Consent | None, labels: dict[str, str]) -> TimelineItem:
    if consent is not None:
        return TimelineItem(
            title=say("gave consent to %(channels)s", channels=listed(consent.channels)),
            body=consent.text,
            tone="success",
        )
    if event.kind == "contact.consent_revoked":
        return TimelineItem(
            title=say("withdrew consent to %(channels)s", channels=listed(event.payload["channels"])), tone="warning"
        )
    changed = [labels.get(name, name) for name in event.payload.get("fields", [])]
    if changed:
        return TimelineItem(title=say("changed %(fields)s", fields=listed(changed)))
    return TimelineItem(title=say(events.kind_of(event.kind).label))


def _id(event: Event, key: str) -> UUID | None:
    value = event.payload.get(key)
    return UUID(value) if value else None


def _ids(found: list[Event], key: str) -> list[UUID]:
    return [record for event in found if (record := _id(event, key)) is not None]


async def _by_id(work: Work, model: Any, ids: list[UUID]) -> dict[UUID | None, Any]:
    rows = (await work.scalars(select(model).where(model.id.in_(ids)))).all() if ids else []
    return {row.id: row for row in rows}
