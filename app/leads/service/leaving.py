"""What somebody who leaves still works on goes to somebody else, or back to routing."""

from uuid import UUID

from sqlalchemy import Select, func, select

from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.service.ownership import assign, release


def _open(person_id: UUID) -> Select[tuple[UUID]]:
    mine = (Lead.owner_id == person_id, Lead.deleted_at.is_(None), Stage.kind.in_(("new", "open")))
    return select(Lead.id).join(Stage, Stage.id == Lead.stage_id).where(*mine)


async def in_hand(work: Work, person_id: UUID) -> int:
    return await work.scalar(select(func.count()).select_from(_open(person_id).subquery())) or 0


async def give(work: Work, from_id: UUID, to_id: UUID | None, limit: int) -> int:
    """To a colleague, or to nobody: then they are routed anew."""
    ids = (await work.scalars(_open(from_id).order_by(Lead.id).limit(limit))).all()
    for lead_id in ids:
        if to_id is None:
            await release(work, lead_id, reason="handover", owner_id=from_id)
        else:
            await assign(work, lead_id, to_id, reason="handover")
    return len(ids)
