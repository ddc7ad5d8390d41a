"""Pipelines, stages and reasons as the pages that manage them show them."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.core import config
from app.core.records import Named
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from app.leads.models.fields import Reason, reasons_of


class StageLine(msgspec.Struct, frozen=True):
    """A stage and how many stand in it, tests and archived ones too."""

    stage: Stage
    count: int


class PipelineLines(msgspec.Struct, frozen=True):
    pipeline: Pipeline
    stages: list[StageLine]
    retired: list[StageLine]


async def pipeline_lines(work: Work) -> list[PipelineLines]:
    """All pipelines in order, each with its stages in order and those that were retired."""
    counts = dict((await work.execute(select(Lead.stage_id, func.count()).group_by(Lead.stage_id))).all())
    stages = (await work.scalars(select(Stage).order_by(Stage.position, Stage.id))).all()
    lines: dict[UUID, list[StageLine]] = {}
    for stage in stages:
        lines.setdefault(stage.pipeline_id, []).append(StageLine(stage, counts.get(stage.id, 0)))
    found = (await work.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id))).all()
    return [_lines(pipeline, lines.get(pipeline.id, [])) for pipeline in found]


def _lines(pipeline: Pipeline, lines: list[StageLine]) -> PipelineLines:
    used = [line for line in lines if line.stage.archived_at is None]
    return PipelineLines(pipeline, used, [line for line in lines if line.stage.archived_at is not None])


async def reasons(work: Work) -> list[tuple[Reason, int]]:
    """Each with how many were lost for it."""
    counted = select(Lead.lost_reason, func.count()).where(Lead.lost_reason.is_not(None)).group_by(Lead.lost_reason)
    counts = dict((await work.execute(counted)).all())
    return [(one, counts.get(one.name, 0)) for one in reasons_of(await config.get(work, "lost_reasons"))]


async def stage_names(work: Work, ids: list[UUID]) -> dict[UUID, Named]:
    """What stages are called in the audit log."""
    rows = await work.execute(select(Stage.id, Stage.label).where(Stage.id.in_(ids)))
    return {row.id: Named(row.label, f"/admin/stages/{row.id}") for row in rows}
