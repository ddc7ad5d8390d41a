"""A blueprint's fields, pipelines and score rules become rows. Doing it again changes nothing that people
changed.
"""

from typing import Any

import msgspec
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import clock, conditions, config, fields
from app.core.fields import Draft
from app.core.fields import custom as custom_fields
from app.core.work import Work
from app.leads.models import Pipeline, ScoreRule, Stage
from app.leads.models.fields import reasons_of


async def configure_fields(work: Work, section: dict[str, list[dict[str, Any]]]) -> None:
    """Entity → its custom fields, each as a `Draft`: options are a mapping of value to label."""
    for entity, drafts in section.items():
        await custom_fields.ensure(work, entity, [_draft(raw, place) for place, raw in enumerate(drafts)])


def _draft(raw: dict[str, Any], place: int) -> Draft:
    options = [list(pair) for pair in (raw.get("options") or {}).items()]
    return msgspec.convert({"position": 100 + 10 * place, **raw, "options": options}, Draft, strict=False)


async def configure_pipelines(work: Work, section: list[dict[str, Any]]) -> None:
    """Each with its stages in order; a stage that stands already keeps what people made of it."""
    for place, wanted in enumerate(section):
        pipeline = await work.scalar(select(Pipeline).where(Pipeline.name == wanted["name"]))
        if pipeline is None:
            pipeline = Pipeline(id=uuid7(), name=wanted["name"], label=wanted["label"], position=place)
            work.add(pipeline)
            await work.flush()
        known = set(await work.scalars(select(Stage.name).where(Stage.pipeline_id == pipeline.id)))
        for position, stage in enumerate(wanted["stages"]):
            if stage["name"] not in known:
                work.add(Stage(id=uuid7(), pipeline_id=pipeline.id, position=position, **stage))
    await work.flush()
    work.info.pop("stages", None)


async def configure_scoring(work: Work, section: list[dict[str, Any]]) -> None:
    """The rules, unless the tenant has any. A condition that does not fit its fields fails the
    provisioning, loudly.
    """
    if await work.scalar(select(func.count()).select_from(ScoreRule)):
        return
    fieldset = await fields.registry(work, "lead")
    for position, raw in enumerate(section):
        condition = conditions.to_json(conditions.check(raw["condition"], fieldset))
        row = {**raw, "condition": condition, "position": position, "updated_at": clock.now()}
        work.add(ScoreRule(id=uuid7(), **row))
    await work.flush()


async def configure_reasons(work: Work, section: dict[str, Any]) -> None:
    """Why leads are lost, as a list: the database sorts the names of a mapping. "Other" stands last."""
    if isinstance(known := section.get("lost_reasons"), dict):
        ordered = sorted(reasons_of(known), key=lambda one: one.name == "other")
        await config.put(work, "lost_reasons", [msgspec.to_builtins(one) for one in ordered])
