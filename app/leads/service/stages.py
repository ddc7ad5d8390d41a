"""Moving a lead through its stages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.contacts.models import Contact
from app.core import clock, config, events, fields
from app.core.errors import FieldError, Invalid, invalid
from app.core.fields import Field, FieldSet
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.service.rows import locked, stages, touch
from app.leads.service.values import update
from themes.catalogue import say


async def change_stage(work: Work, lead_id: UUID, stage_name: str, values: Mapping[str, Any] | None = None) -> Lead:
    """Move the lead; into the stage that it is in does nothing.

    `values` are raw answers to what the stage demands. Raises Invalid naming every demanded field that is
    missing or unreadable, NotFound for a lead that is gone.
    """
    lead = await locked(work, lead_id)
    found = await stages(work, lead.pipeline_id)
    before = next(stage for stage in found if stage.id == lead.stage_id)
    after = next((stage for stage in found if stage.name == stage_name), None)
    if after is None:
        raise invalid("stage", say("Choose one of: %(choices)s.", choices=", ".join(stage.label for stage in found)))
    if after.id == before.id:
        return lead
    given = await _answers(work, lead, after, values or {})
    if given:
        await update(work, lead_id, given)
    return await move(work, lead, before, after)


async def move(work: Work, lead: Lead, before: Stage, after: Stage) -> Lead:
    """Into the stage, without asking for anything."""
    lead.stage_id, lead.stage_since = after.id, clock.now()
    if before.kind == "lost" and after.kind != "lost":
        lead.lost_reason = None
    touch(lead)
    events.record(
        work,
        "lead.stage_changed",
        "lead",
        lead.id,
        changes={"stage": (before.name, after.name)},
        **{
            "from": before.id,
            "to": after.id,
            "from_kind": before.kind,
            "to_kind": after.kind,
            "to_name": after.name,
        },
    )
    await work.flush()
    return lead


async def demanded(work: Work, stage: Stage) -> FieldSet:
    """The fields that this stage wants filled in, required, with their choices."""
    known = await fields.fill_options(work, (await fields.registry(work, "lead")).only(stage.required_fields))
    for field in known:
        known = known.changed(field.name, required=True, writable=True)
    return known


async def wanting(work: Work, lead_id: UUID, stage_name: str) -> FieldSet:
    """What the stage demands and the lead does not hold yet; nothing for a stage that is not among its pipeline's."""
    lead = await work.get(Lead, lead_id)
    found = await stages(work, lead.pipeline_id) if lead else []
    stage = next((one for one in found if one.name == stage_name), None)
    if lead is None or stage is None:
        return FieldSet("lead", [])
    wanted = await demanded(work, stage)
    held = await _held(work, lead, wanted)
    return wanted.only([field.name for field in wanted if not _is_held(field, held, lead)])


async def _answers(work: Work, lead: Lead, stage: Stage, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What was answered, checked; missing only matters where the lead does not hold it yet."""
    wanted = await demanded(work, stage)
    zone = ZoneInfo(await config.get(work, "zone"))
    values, errors = fields.parse(wanted.only(raw), raw, zone=zone)
    held = await _held(work, lead, wanted)
    missing = [field for field in wanted if field.name not in raw and not _is_held(field, held, lead)]
    errors += [FieldError(field.name, "missing", fields.missing(field)) for field in missing]
    if errors:
        raise Invalid(errors)
    return values


async def _held(work: Work, lead: Lead, wanted: FieldSet) -> dict[str, Any]:
    contact = await work.get(Contact, lead.contact_id)
    return fields.snapshot(wanted, lead, contact, custom=lead.custom)


def _is_held(field: Field, held: Mapping[str, Any], lead: Lead) -> bool:
    if field.sensitive:
        return field.name in lead.custom
    value = held.get(field.name)
    return value not in (None, "", []) and not (field.name == "value" and not value)
