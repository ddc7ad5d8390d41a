"""Deleting softly, and bringing back."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import update

from app.core import clock, events
from app.core.work import Work
from app.leads.models import Lead
from app.leads.service.rows import locked, touch


async def delete(work: Work, lead_id: UUID) -> Lead:
    """Out of every list, queue and count. Deleting twice does nothing."""
    lead = await locked(work, lead_id, deleted=True)
    if lead.deleted_at is None:
        lead.deleted_at = clock.now()
        touch(lead)
        events.record(work, "lead.deleted", "lead", lead.id)
    return lead


async def delete_many(work: Work, lead_ids: Iterable[UUID]) -> None:
    """The same for many, in a statement; those that are deleted already, or were never there, are let be."""
    now = clock.now()
    here = (Lead.id.in_(list(lead_ids)), Lead.deleted_at.is_(None))
    gone = update(Lead).where(*here).values(deleted_at=now, updated_at=now).returning(Lead.id)
    for lead_id in await work.scalars(gone, execution_options={"synchronize_session": "fetch"}):
        events.record(work, "lead.deleted", "lead", lead_id)


async def restore(work: Work, lead_id: UUID) -> Lead:
    """Back where it was. Raises NotFound only for one that never was."""
    lead = await locked(work, lead_id, deleted=True)
    if lead.deleted_at is not None:
        lead.deleted_at = None
        touch(lead)
        events.record(work, "lead.restored", "lead", lead.id)
    return lead
