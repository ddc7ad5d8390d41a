"""Holding a lead and knowing the stages: what every verb begins with."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage


async def locked(work: Work, lead_id: UUID, *, deleted: bool = False) -> Lead:
    """The row as it is now, held until the transaction ends. Raises NotFound, also for a deleted one.

    Once this transaction holds it nobody else can change it, so it is read once.
    """
    held: set[UUID] = work.info.setdefault("held_leads", set())
    if lead_id in held:
        lead = await work.get(Lead, lead_id)
    else:
        statement = select(Lead).where(Lead.id == lead_id).with_for_update()
        lead = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
        held.add(lead_id)
    if lead is None or (lead.deleted_at is not None and not deleted):
        raise NotFound
    return lead


async def locked_many(work: Work, lead_ids: Iterable[UUID], *, deleted: bool = False) -> list[Lead]:
    """The rows as they are now, held in the order of their ids, so that two who hold many never wait for each other."""
    statement = select(Lead).where(Lead.id.in_(list(lead_ids))).order_by(Lead.id).with_for_update()
    found = await work.scalars(statement, execution_options={"populate_existing": True})
    return [lead for lead in found if deleted or lead.deleted_at is None]


async def stages(work: Work, pipeline_id: UUID | None = None) -> list[Stage]:
    """The stages in use of one pipeline, or of all, in order; one read per unit of work."""
    known: Sequence[Stage] | None = work.info.get("stages")
    if known is None:
        ordered = select(Stage).join(Pipeline, Pipeline.id == Stage.pipeline_id).where(Stage.archived_at.is_(None))
        known = (await work.scalars(ordered.order_by(Pipeline.position, Stage.position))).all()
        work.info["stages"] = known
    return [stage for stage in known if pipeline_id in (None, stage.pipeline_id)]


async def stage_of(work: Work, lead: Lead) -> Stage | None:
    """Where the lead stands; a stage out of use too."""
    return next((one for one in await stages(work) if one.id == lead.stage_id), None) or await work.get(
        Stage, lead.stage_id
    )


async def first_stage(work: Work, pipeline: str = "") -> Stage:
    """Where a lead begins: the first stage of kind `new`, else the first. Raises LookupError without
    stages.
    """
    found = await stages(work)  # those of the first pipeline come first
    pipeline_id = found[0].pipeline_id if found else None
    if pipeline:
        pipeline_id = await work.scalar(select(Pipeline.id).where(Pipeline.name == pipeline))
    found = [stage for stage in found if stage.pipeline_id == pipeline_id]
    if not found:
        raise LookupError(f"no pipeline {pipeline!r}")
    return next((stage for stage in found if stage.kind == "new"), found[0])


def touch(lead: Lead) -> None:
    lead.updated_at = clock.now()
