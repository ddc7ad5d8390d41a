"""Notes on any record. The caller has found the record within the person's reach."""

from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.contacts.models import Note
from app.core import clock, events
from app.core.errors import NotFound, invalid
from app.core.work import Work
from themes import formats
from themes.catalogue import say

LONGEST = 10_000  # characters


async def add_note(work: Work, entity: str, entity_id: UUID, body: str) -> Note:
    """Raises Invalid for an empty or overlong text."""
    note = Note(
        id=uuid7(),
        entity=entity,
        entity_id=entity_id,
        body=_checked(body),
        author_id=work.actor.id,
        author_name=work.actor.name,
        created_at=clock.now(),
    )
    work.add(note)
    await work.flush()
    events.record(work, "note.added", entity, entity_id, note=note.id)
    return note


async def change_note(work: Work, note_id: UUID, body: str, *, entity: str, entity_id: UUID) -> Note:
    """Raises NotFound, also for a note of somebody else or of another record."""
    body, note = _checked(body), await _own(work, note_id, entity, entity_id)
    if note.body != body:
        note.body, note.edited_at = body, clock.now()
        events.record(work, "note.changed", entity, entity_id, note=note.id)
    return note


async def delete_note(work: Work, note_id: UUID, *, entity: str, entity_id: UUID) -> None:
    """Out of sight; the row stays, so that it can be brought back."""
    note = await _own(work, note_id, entity, entity_id)
    if note.deleted_at is None:
        note.deleted_at = clock.now()
        events.record(work, "note.deleted", entity, entity_id, note=note.id)


async def restore_note(work: Work, note_id: UUID, *, entity: str, entity_id: UUID) -> None:
    note = await _own(work, note_id, entity, entity_id)
    note.deleted_at = None


async def pin_note(work: Work, note_id: UUID, *, entity: str, entity_id: UUID, pinned: bool = True) -> None:
    """At most one note of a record is pinned."""
    note = await _on_record(work, note_id, entity, entity_id)
    if note.pinned == pinned:
        return
    await work.execute(update(Note).where(Note.entity == entity, Note.entity_id == entity_id).values(pinned=False))
    note.pinned = pinned
    if pinned:
        events.record(work, "note.pinned", entity, entity_id, note=note.id)
    await work.flush()


def _checked(body: str) -> str:
    body = body.replace("\0", "").strip()
    if not body:
        raise invalid("body", "Write the note first.", "missing")
    if len(body) > LONGEST:
        raise invalid(
            "body",
            say(
                "This has %(count)s characters; the limit is %(limit)s. Shorten it.",
                count=formats.number(len(body)),
                limit=formats.number(LONGEST),
            ),
            "too_long",
        )
    return body


async def _on_record(work: Work, note_id: UUID, entity: str, entity_id: UUID) -> Note:
    found = await work.scalars(
        select(Note).where(Note.id == note_id, Note.entity == entity, Note.entity_id == entity_id).with_for_update()
    )
    note = found.first()
    if note is None:
        raise NotFound
    return note


async def _own(work: Work, note_id: UUID, entity: str, entity_id: UUID) -> Note:
    note = await _on_record(work, note_id, entity, entity_id)
    if note.author_id != work.actor.id:
        raise NotFound
    return note
