"""The board: per stage how many, how much, and the first cards."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.core import clock
from app.core.conditions import EVERYTHING, Leaf
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from app.leads.queries.listing import Asked, LeadRow, both, joined, matching, screen

CARDS = 25


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One stage. Amounts in minor units over all its leads, not only the cards; `weighted` by the stage's
    probability.
    """

    stage: Stage
    count: int
    amount: int
    weighted: int
    cards: list[LeadRow]
    cursor: str


async def pipelines(work: Work) -> list[Pipeline]:
    return list((await work.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))).all())


async def board(
    work: Work, person: Person, pipeline_id: UUID, asked: Asked, depths: Mapping[str, int] | None = None
) -> list[Column]:
    """All stages of one pipeline in order. Test leads are cards, but are left out of counts and sums.

    `depths` asks for more than the first cards of some stages, by name.
    """
    here = select(Stage).where(Stage.pipeline_id == pipeline_id, Stage.archived_at.is_(None))
    stages = (await work.scalars(here.order_by(Stage.position))).all()
    totals, deep = await _totals(work, person, pipeline_id, asked), depths or {}
    return [
        await _column(work, person, stage, asked, totals.get(stage.id, (0, 0)), max(CARDS, deep.get(stage.name, 0)))
        for stage in stages
    ]


async def column(work: Work, person: Person, stage: Stage, asked: Asked) -> Column:
    """One stage, from where `asked.cursor` ended."""
    totals = await _totals(work, person, stage.pipeline_id, asked)
    return await _column(work, person, stage, asked, totals.get(stage.id, (0, 0)), CARDS)


async def _column(
    work: Work, person: Person, stage: Stage, asked: Asked, totals: tuple[int, int], limit: int
) -> Column:
    in_stage = Leaf("stage", "eq", stage.name, stage.name)
    wanted = msgspec.structs.replace(asked, where=both(asked.where, in_stage), limit=limit)
    shown, (count, amount) = await screen(work, person, wanted), totals
    weighted = amount * stage.probability // 100
    return Column(stage=stage, count=count, amount=amount, weighted=weighted, cards=shown.rows, cursor=shown.cursor)


async def _totals(work: Work, person: Person, pipeline_id: UUID, asked: Asked) -> dict[UUID, tuple[int, int]]:
    statement = select(Lead.stage_id, func.count(), func.coalesce(func.sum(Lead.value_amount), 0))
    if asked.where != EVERYTHING:  # only a condition speaks of the tables around
        statement = joined(statement)
    within = (Lead.pipeline_id == pipeline_id, Lead.test.is_(False), await matching(work, person, asked))
    rows = await work.execute(statement.where(*within).group_by(Lead.stage_id))
    return {row[0]: (row[1], int(row[2])) for row in rows}


def days_in_stage(row: LeadRow, now: datetime | None = None) -> int:
    return max(0, ((now or clock.now()) - row.stage_since).days)
