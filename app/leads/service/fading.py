"""What time does to leads: heat falls, points decay. In chunks, each with its own transaction."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import Float, Integer, cast, false, func, literal, or_, select, update

from app.core import agenda, clock
from app.core.work import Work
from app.leads.models import Lead, ScoreRule, Stage, heat
from app.leads.service.scoring import rescore

CHUNK = 200
FRESH = timedelta(minutes=50)  # what was scored since the last round is fresh enough


async def cool(work: Work) -> None:
    """Bring the level of every warm lead to what its points are now; then rescore what fades."""
    age = cast(func.extract("epoch", literal(clock.now()) - Lead.heat_at), Float)
    half = literal(heat.HALF_LIFE.total_seconds(), Float)
    left = Lead.heat_points * func.power(literal(0.5, Float), func.greatest(age, 0.0) / half)
    level = sum((cast(left >= least, Integer) for least in heat.LEVELS), start=literal(0))
    cooled = await work.scalars(
        update(Lead)
        .where(Lead.heat > 0, Lead.heat_at.is_not(None), Lead.heat != level)
        .values(heat=level)
        .returning(Lead.id)
        .execution_options(synchronize_session=False)
    )
    for lead_id in cooled:
        await agenda.add(work, "leads.rescore", lead_id, key=f"leads.rescore:{lead_id}")
    if await work.scalar(select(ScoreRule.id).where(ScoreRule.enabled, ScoreRule.half_life_days.is_not(None)).limit(1)):
        await agenda.add(work, "leads.rescore_all", None, True, key="leads.fade")


async def rescore_chunk(work: Work, after: UUID | None, *, fading: bool) -> None:
    """The next leads that are still worked on; with `fading` only those whose reasons are not at their full
    points.
    """
    found = (
        select(Lead.id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.deleted_at.is_(None), Stage.kind.in_(["new", "open"]))
        .order_by(Lead.id)
        .limit(CHUNK)
    )
    if fading:
        halved = select(ScoreRule.id).where(ScoreRule.half_life_days.is_not(None))
        touched = [Lead.score_reasons.contains([{"rule": str(rule)}]) for rule in await work.scalars(halved)]
        found = found.where(or_(false(), *touched), Lead.scored_at < clock.now() - FRESH)
    if after is not None:
        found = found.where(Lead.id > after)
    ids = list(await work.scalars(found))
    for lead_id in ids:
        await rescore(work, lead_id)
    if len(ids) == CHUNK:
        await agenda.add(work, "leads.rescore_all", ids[-1], fading)
