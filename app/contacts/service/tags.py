"""Tags on any record."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.contacts.models import Tag, Tagging
from app.core import clock, events, fields
from app.core.errors import invalid
from app.core.work import Work
from themes.catalogue import say

LONGEST = 40


async def add_tags(work: Work, entity: str, entity_ids: Iterable[UUID], label: str, **told: Any) -> int:
    """Mark the records with the tag, made when it is new. Returns how many did not have it. Raises
    Invalid. `told` goes into the payload of the events.
    """
    tag_id = await _tag(work, label)
    rows = [{"entity": entity, "entity_id": record, "tag_id": tag_id} for record in entity_ids]
    if not rows:
        return 0
    marked = (
        await work.scalars(insert(Tagging).values(rows).on_conflict_do_nothing().returning(Tagging.entity_id))
    ).all()
    for record in marked:
        events.record(work, "tag.added", entity, record, tag=tag_id, **told)
    return len(marked)


async def remove_tag(work: Work, entity: str, entity_id: UUID, name: str) -> None:
    """Taking away what is not there does nothing."""
    tag_id = await work.scalar(select(Tag.id).where(Tag.name == fields.normalise(name)))
    gone = await work.execute(
        delete(Tagging).where(Tagging.entity == entity, Tagging.entity_id == entity_id, Tagging.tag_id == tag_id)
    )
    if gone.rowcount:  # type: ignore[attr-defined]
        events.record(work, "tag.removed", entity, entity_id, tag=tag_id)


async def _tag(work: Work, label: str) -> UUID:
    label = " ".join(label.replace("\0", "").split())
    name = fields.normalise(label)
    if not name or len(label) > LONGEST:
        raise invalid(
            "tag", say("Enter a tag of 1 to %(most)s characters.", most=LONGEST), "missing" if not name else "too_long"
        )
    fresh = insert(Tag).values(id=uuid7(), name=name, label=label, created_at=clock.now())
    await work.execute(fresh.on_conflict_do_nothing(index_elements=["name"]))
    tag_id: UUID = (await work.scalars(select(Tag.id).where(Tag.name == name))).one()
    return tag_id
