"""Deleting softly, and bringing back."""

from uuid import UUID

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


async def restore(work: Work, lead_id: UUID) -> Lead:
    """Back where it was. Raises NotFound only for one that never was."""
    lead = await locked(work, lead_id, deleted=True)
    if lead.deleted_at is not None:
        lead.deleted_at = None
        touch(lead)
        events.record(work, "lead.restored", "lead", lead.id)
    return lead
