"""Notes and tags of one record."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.contacts.models import Note, Tag, Tagging
from app.core.work import Work


async def notes(work: Work, entity: str, entity_id: UUID, limit: int = 50) -> list[Note]:
    """Newest first, without deleted ones."""
    on_record = (Note.entity == entity, Note.entity_id == entity_id, Note.deleted_at.is_(None))
    found = await work.scalars(
        select(Note).where(*on_record).order_by(Note.created_at.desc(), Note.id.desc()).limit(limit)
    )
    return list(found)


async def pinned_note(work: Work, entity: str, entity_id: UUID) -> Note | None:
    on_record = (Note.entity == entity, Note.entity_id == entity_id, Note.deleted_at.is_(None), Note.pinned)
    return (await work.scalars(select(Note).where(*on_record))).first()


async def tags_of(work: Work, entity: str, entity_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """(name, label) of the tags on each record."""
    rows = await work.execute(
        select(Tagging.entity_id, Tag.name, Tag.label)
        .join(Tag, Tag.id == Tagging.tag_id)
        .where(Tagging.entity == entity, Tagging.entity_id.in_(list(entity_ids)))
        .order_by(Tag.label)
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for record, name, label in rows:
        found.setdefault(record, []).append((name, label))
    return found
