"""Sequences of somebody who leaves: they belong to the leads and go on in the name of whoever gets those."""

from uuid import UUID

from sqlalchemy import func, select

from app.core.work import Work
from app.leads.models import Lead
from app.sequences.models import SequenceRun


async def in_hand(work: Work, person_id: UUID) -> int:
    runs = select(func.count()).select_from(SequenceRun).join(Lead, Lead.id == SequenceRun.lead_id)
    return await work.scalar(runs.where(Lead.owner_id == person_id, SequenceRun.state.in_(("active", "paused")))) or 0
