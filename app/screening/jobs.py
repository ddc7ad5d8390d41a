"""Alarms of last days, offers that lapse, and computing anew after a rule was corrected."""

from uuid import UUID

from sqlalchemy import select

from app.core import agenda
from app.core.errors import NotFound
from app.core.work import Work
from app.screening import service
from app.screening.models import Screening

CHUNK = 200


@agenda.job("screening.alarm")
async def alarm(work: Work, lead_id: UUID, days: int) -> None:
    await service.alarm(work, lead_id, days)


@agenda.job("screening.expire")
async def expire(work: Work, referral_id: UUID) -> None:
    try:
        await service.expire(work, referral_id)
    except NotFound:
        return


@agenda.job("screening.recompute")
async def recompute(work: Work, after: UUID | None) -> None:
    """A chunk of all screenings; the next one follows where this one ended."""
    found = select(Screening.lead_id).order_by(Screening.lead_id).limit(CHUNK)
    ids = list(await work.scalars(found if after is None else found.where(Screening.lead_id > after)))
    for lead_id in ids:
        await service.recompute(work, lead_id)
    if len(ids) == CHUNK:
        await agenda.add(work, "screening.recompute", ids[-1])
