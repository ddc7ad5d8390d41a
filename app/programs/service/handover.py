"""Clients of somebody who leaves: programs that run or are being prepared keep having somebody who looks after them."""

from uuid import UUID

from sqlalchemy import Select, func, select

from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.programs.models import Debt, Program, Settlement

UNDER_WAY = ("draft", "active")


def _clients(person_id: UUID) -> Select[tuple[UUID]]:
    """Leads that are no open ones any more, so that nobody else hands them over."""
    mine = (Lead.owner_id == person_id, Lead.deleted_at.is_(None), Stage.kind.not_in(("new", "open")))
    found = select(Lead.id).join(Stage, Stage.id == Lead.stage_id).join(Program, Program.lead_id == Lead.id)
    return found.where(*mine, Program.state.in_(UNDER_WAY)).distinct()


async def in_hand(work: Work, person_id: UUID) -> int:
    return await work.scalar(select(func.count()).select_from(_clients(person_id).subquery())) or 0


async def give(work: Work, from_id: UUID, to_id: UUID, limit: int) -> int:
    ids = (await work.scalars(_clients(from_id).order_by(Lead.id).limit(limit))).all()
    for lead_id in ids:
        await leads.assign(work, lead_id, to_id, reason="handover", accepted=True)
    return len(ids)


async def offers_in_hand(work: Work, person_id: UUID) -> int:
    """Settlement offers that their clients have not answered."""
    waiting = select(func.count()).select_from(Settlement).join(Debt, Debt.id == Settlement.debt_id)
    mine = (
        waiting.join(Program, Program.id == Debt.program_id)
        .join(Lead, Lead.id == Program.lead_id)
        .where(Lead.owner_id == person_id)
    )
    return await work.scalar(mine.where(Settlement.state == "offered")) or 0
