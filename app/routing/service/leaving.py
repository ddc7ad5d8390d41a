"""What is held out to somebody who leaves moves on with its lead: their owner changes, so the offer ends."""

from uuid import UUID

from sqlalchemy import func, select

from app.core.work import Work
from app.routing.models import LeadOffer


async def in_hand(work: Work, person_id: UUID) -> int:
    held_out = (LeadOffer.person_id == person_id, LeadOffer.state == "open")
    return await work.scalar(select(func.count()).select_from(LeadOffer).where(*held_out)) or 0
