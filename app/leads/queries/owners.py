"""Whom a lead belongs to, for telling them."""

from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.leads.models import Lead


async def owners(work: Work, lead_id: UUID) -> list[UUID]:
    """The owner of a lead, if it has one and stands."""
    found = select(Lead.owner_id).where(Lead.id == lead_id, Lead.deleted_at.is_(None), Lead.owner_id.is_not(None))
    return [owner for owner in await work.scalars(found) if owner]


async def owners_of_contact(work: Work, contact_id: UUID) -> dict[UUID, UUID]:
    """Lead → owner, for all leads of one person."""
    found = select(Lead.id, Lead.owner_id).where(Lead.contact_id == contact_id, Lead.deleted_at.is_(None))
    return {row[0]: row[1] for row in await work.execute(found.where(Lead.owner_id.is_not(None)))}
