"""Pipelines and stages as people make them: adding, changing, ordering, retiring. No lead is ever left without one."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from app.core import agenda, clock, events, fields, live
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.fields.custom import name_from
from app.core.work import Work
from app.leads.models import Lead, Pipeline, Stage
from app.leads.models.fields import STAGE_KINDS
from app.leads.service.rows import locked
from app.leads.service.stages import move
from themes.catalogue import say

LONGEST, MOST = 60, 30
CHUNK = 200


class StageValues(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage is. `probability` in per cent; `required_fields` are names of the lead's registry."""

    label: str
    kind: str = "open"
    probability: int = 0
    age_limit_days: int | None = None
    required_fields: list[str] = []


async def add_pipeline(work: Work, label: str) -> Pipeline:
    """With a first, a won and a lost stage, so that it works at once. Raises Invalid."""
    await _alone(work)
    label = _label(label)
    known = list(await work.scalars(select(Pipeline)))
    name = _free(name_from(label), {one.name for one in known})
    row = Pipeline(id=uuid7(), name=name, label=label, position=len(known))
    work.add(row)
    await work.flush()
    for place, (stage, kind, share) in enumerate((("New", "new", 5), ("Won", "won", 100), ("Lost", "lost", 0))):
        needs = ["lost_reason"] if kind == "lost" else []
        work.add(
            Stage(id=uuid7(), pipeline_id=row.id, name=name_from(stage), label=stage, kind=kind, position=place,
                  probability=share, required_fields=needs)
        )  # fmt: skip
    events.record(work, "pipeline.added", "pipeline", row.id, changes={"label": (None, label)})
    return await _kept(work, row)


async def rename_pipeline(work: Work, pipeline_id: UUID, label: str) -> Pipeline:
    """Raises NotFound, Invalid."""
    row = await work.get(Pipeline, pipeline_id, with_for_update=True)
    if row is None:
        raise NotFound
    label = _label(label)
    if label != row.label:
        events.record(work, "pipeline.changed", "pipeline", row.id, changes={"label": (row.label, label)})
        row.label = label
    return await _kept(work, row)


async def order_pipeline(work: Work, pipeline_id: UUID, up: bool) -> None:
    """One place up or down; at the end it stays. New leads begin in the first one."""
    await _alone(work)
    rows = list(await work.scalars(select(Pipeline).order_by(Pipeline.position, Pipeline.id)))
    await _swap(work, rows, pipeline_id, up, "pipeline")


async def add_stage(work: Work, pipeline_id: UUID, values: StageValues) -> Stage:
    """Behind the last one that is still open. Raises NotFound, Invalid."""
    await _alone(work)
    if await work.get(Pipeline, pipeline_id) is None:
        raise NotFound
    known = await _stages(work, pipeline_id, retired=True)
    given = await _checked(work, values)
    if sum(one.archived_at is None for one in known) >= MOST:
        raise invalid("label", say("A pipeline has at most %(most)s stages. Retire one first.", most=MOST))
    used = [one for one in known if one.archived_at is None]
    behind = [place for place, one in enumerate(used) if one.kind in ("new", "open")]
    at = behind[-1] + 1 if behind and values.kind in ("new", "open") else len(used)
    name = _free(name_from(given["label"]), {one.name for one in known})
    row = Stage(id=uuid7(), pipeline_id=pipeline_id, name=name, position=at, **given)
    work.add(row)
    for place, one in enumerate([*used[:at], row, *used[at:]]):
        one.position = place
    events.record(work, "stage.added", "stage", row.id, changes={name: (None, value) for name, value in given.items()})
    return await _kept(work, row)


async def edit_stage(work: Work, stage_id: UUID, values: StageValues) -> Stage:
    """Everything but its name, which programs hold on to. Raises NotFound, Invalid."""
    await _alone(work)
    row = await _stage(work, stage_id)
    given = await _checked(work, values)
    changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
    if "kind" in changes:
        await _demand_another(work, row)
    for name, (_, value) in changes.items():
        setattr(row, name, value)
    if changes:
        events.record(work, "stage.changed", "stage", row.id, changes=changes, fields=sorted(changes))
    return await _kept(work, row)


async def order_stage(work: Work, stage_id: UUID, up: bool) -> None:
    """One place up or down; at the end it stays."""
    await _alone(work)
    row = await _stage(work, stage_id)
    await _swap(work, await _stages(work, row.pipeline_id), stage_id, up, "stage")


async def retire_stage(work: Work, stage_id: UUID, to_id: UUID) -> int:
    """Out of every list and board; its leads go to another stage first, many of them in the background.

    Raises NotFound, Invalid for the only stage in which leads begin. Returns how many moved at once.
    """
    await _alone(work)
    row, to = await _stage(work, stage_id), await _stage(work, to_id)
    if to.id == row.id or to.pipeline_id != row.pipeline_id:
        raise invalid("to", "Choose another stage of this pipeline.")
    await _demand_another(work, row)
    return await empty_stage(work, row.id, to.id)


async def empty_stage(work: Work, stage_id: UUID, to_id: UUID) -> int:
    """A chunk of a stage that is being retired; once it is empty, it is."""
    row, to = await work.get(Stage, stage_id), await work.get(Stage, to_id)
    if row is None or to is None or row.archived_at is not None:
        return 0
    if to.archived_at is not None:
        raise invalid("to", "The stage that they were to go to is retired itself.")
    here = select(Lead.id).where(Lead.stage_id == row.id).order_by(Lead.id).limit(CHUNK)
    ids = list(await work.scalars(here))
    for lead_id in ids:
        lead = await locked(work, lead_id, deleted=True)
        if lead.stage_id == row.id:
            await move(work, lead, row, to)
    if len(ids) == CHUNK:
        await agenda.add(work, "leads.empty_stage", row.id, to.id)
        return len(ids)
    row.archived_at = clock.now()
    await _close_up(work, row.pipeline_id)
    events.record(work, "stage.retired", "stage", row.id, to=to.id)
    await _kept(work, row)
    return len(ids)


async def restore_stage(work: Work, stage_id: UUID) -> Stage:
    """Back at the end of its pipeline, empty."""
    await _alone(work)
    row = await work.get(Stage, stage_id)
    if row is None:
        raise NotFound
    if row.archived_at is not None:
        row.archived_at, row.position = None, len(await _stages(work, row.pipeline_id))
        events.record(work, "stage.restored", "stage", row.id)
    return await _kept(work, row)


# --- small things


async def _checked(work: Work, values: StageValues) -> dict[str, Any]:
    faults = []
    if values.kind not in dict(STAGE_KINDS):
        faults.append(FieldError("kind", "not_allowed", "Choose what the stage means."))
    if not 0 <= values.probability <= 100:
        faults.append(FieldError("probability", "not_allowed", "Enter a whole number from 0 to 100."))
    if values.age_limit_days is not None and not 1 <= values.age_limit_days <= 3650:
        faults.append(FieldError("age_limit_days", "not_allowed", "Enter 1 to 3,650 days, or nothing."))
    known = await fields.registry(work, "lead")
    strange = [name for name in values.required_fields if name not in known or not known[name].writable]
    if strange:
        faults.append(FieldError("required_fields", "not_allowed", "One of these fields is gone. Choose again."))
    if not 1 <= len(" ".join(values.label.split())) <= LONGEST:
        faults.append(FieldError("label", "missing", say("Enter a name of 1 to %(most)s characters.", most=LONGEST)))
    if faults:
        raise Invalid(faults)
    return {**msgspec.structs.asdict(values), "label": _label(values.label)}


def _label(text_: str) -> str:
    label = " ".join(text_.replace("\0", "").split())
    if not 1 <= len(label) <= LONGEST:
        raise invalid("label", say("Enter a name of 1 to %(most)s characters.", most=LONGEST), "missing")
    return label


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number behind it."""
    names = [name, *(f"{name[:36]}_{number}" for number in range(2, 200))]
    return next(one for one in names if one not in taken)


async def _alone(work: Work) -> None:
    await work.execute(text("select pg_advisory_xact_lock(hashtextextended(current_schema() || '.stages', 0))"))


async def _stage(work: Work, stage_id: UUID) -> Stage:
    row = await work.get(Stage, stage_id, populate_existing=True)
    if row is None or row.archived_at is not None:
        raise NotFound
    return row


async def _stages(work: Work, pipeline_id: UUID, *, retired: bool = False) -> list[Stage]:
    wanted = select(Stage).where(Stage.pipeline_id == pipeline_id).order_by(Stage.position, Stage.id)
    return list(await work.scalars(wanted if retired else wanted.where(Stage.archived_at.is_(None))))


async def _demand_another(work: Work, row: Stage) -> None:
    """Leads begin in a stage of kind `new`, and end somewhere: the last one of either kind stays."""
    if row.kind == "open":
        return
    same = select(func.count()).where(
        Stage.pipeline_id == row.pipeline_id, Stage.kind == row.kind, Stage.archived_at.is_(None)
    )
    if (await work.scalar(same) or 0) < 2 and row.kind in ("new", "won", "lost"):
        raise invalid("kind", "This is the only stage of its kind here. Make another one first.")


async def _close_up(work: Work, pipeline_id: UUID) -> None:
    await work.flush()
    for place, one in enumerate(await _stages(work, pipeline_id)):
        one.position = place


async def _swap(work: Work, rows: list[Any], row_id: UUID, up: bool, entity: str) -> None:
    at = next((place for place, row in enumerate(rows) if row.id == row_id), None)
    if at is None:
        raise NotFound
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for place, row in enumerate(rows):
        row.position = place
    events.record(
        work, f"{entity}.changed", entity, row_id, changes={"position": (at + 1, to + 1)}, fields=["position"]
    )
    work.info.pop("stages", None)
    await work.flush()


async def _kept(work: Work, row: Any) -> Any:
    await work.flush()
    work.info.pop("stages", None)
    live.tell(work, "leads", "")
    return row
