"""Score rules as their page shows them."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Integer, func, select, text

from app.core import clock
from app.core.work import Work
from app.leads.models import Lead, ScoreRule, ScoreSet
from app.leads.models.scoring import Written

WINDOW = timedelta(days=30)


async def rules(work: Work) -> list[ScoreRule]:
    """All of them in the order in which they are asked, sleeping ones too."""
    return list((await work.scalars(select(ScoreRule).order_by(ScoreRule.position, ScoreRule.id))).all())


async def written_rules(work: Work) -> list[Written]:
    """The live ones as a version holds them."""
    return [msgspec.convert(row, Written, from_attributes=True) for row in await rules(work)]


async def score_set(work: Work, state: str) -> ScoreSet | None:
    """The live one or the draft; no live one as long as nothing was ever drafted."""
    return (await work.scalars(select(ScoreSet).where(ScoreSet.state == state))).first()


async def score_versions(work: Work, limit: int = 20) -> list[ScoreSet]:
    """Published ones, newest first."""
    found = select(ScoreSet).where(ScoreSet.state != "draft").order_by(ScoreSet.version.desc())
    return list(await work.scalars(found.limit(limit)))


async def touched(work: Work) -> dict[UUID, int]:
    """How many leads of the last 30 days carry each rule among their reasons."""
    reason = func.jsonb_array_elements(Lead.score_reasons).table_valued("value", name="reason")
    rule = text("reason.value ->> 'rule'")
    rows = await work.execute(
        select(rule, func.count(Lead.id, type_=Integer))
        .select_from(Lead)
        .join(reason, text("true"))
        .where(Lead.scored_at >= clock.now() - WINDOW, Lead.deleted_at.is_(None), Lead.test.is_(False))
        .group_by(rule)
    )
    return {UUID(row[0]): row[1] for row in rows}
