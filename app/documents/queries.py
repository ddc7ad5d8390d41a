"""Reading documents; the bytes only where one is handed out."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.contacts.queries import one_person
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.documents.models import Document
from app.leads.models import Lead
from app.leads.queries import visible

MOST = 200


class DocumentLine(msgspec.Struct, frozen=True):
    """One document as lists show it."""

    id: UUID
    kind: str
    name: str
    content_type: str
    size: int
    shared: bool
    made_by: str
    created_at: datetime


_COLUMNS = tuple(getattr(Document, name) for name in DocumentLine.__struct_fields__)


async def of_contact(work: Work, contact_id: UUID, *, shared_only: bool = False) -> list[DocumentLine]:
    """What belongs to this person, the newest first."""
    statement = select(*_COLUMNS).where(Document.contact_id.in_(one_person(contact_id)))
    if shared_only:
        statement = statement.where(Document.shared)
    rows = await work.execute(statement.order_by(Document.created_at.desc(), Document.id.desc()).limit(MOST))
    return [DocumentLine(*row) for row in rows]


async def for_client(work: Work, contact_id: UUID, document_id: UUID) -> Document:
    """One that is shared with this very contact. Raises NotFound for anything else."""
    found = select(Document).where(
        Document.id == document_id, Document.contact_id.in_(one_person(contact_id)), Document.shared
    )
    return _found((await work.scalars(found)).first())


async def for_staff(work: Work, person: Person, document_id: UUID) -> Document:
    """One of a person whose lead lies within reach. Raises NotFound."""
    theirs = select(Lead.contact_id).where(await visible(work, person))
    found = select(Document).where(Document.id == document_id, Document.contact_id.in_(one_person(theirs)))
    return _found((await work.scalars(found)).first())


async def latest(work: Work, entity: str, entity_ids: Sequence[UUID], kind: str) -> dict[UUID, UUID]:
    """The newest document of this kind for each of these records, by record."""
    rows = await work.execute(
        select(Document.entity_id, Document.id)
        .where(Document.entity == entity, Document.entity_id.in_(entity_ids), Document.kind == kind)
        .order_by(Document.created_at, Document.id)
    )
    return {row.entity_id: row.id for row in rows}


async def by_key(work: Work, key: str) -> Document | None:
    return (await work.scalars(select(Document).where(Document.key == key))).first()


def _found(document: Document | None) -> Document:
    if document is None:
        raise NotFound
    return document
