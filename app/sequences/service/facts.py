"""Asking a condition of one lead as it is now."""

from typing import Any
from zoneinfo import ZoneInfo

from app.contacts.models import Contact
from app.contacts.queries import tags_of
from app.core import clock, conditions, config, fields
from app.core.conditions import ConditionError
from app.core.work import Work
from app.leads.models import Lead
from app.leads.service import stage_of


async def holds(work: Work, raw: dict[str, Any], lead: Lead) -> bool:
    """Whether the lead matches; a condition that names something that is gone is never true."""
    if not raw:
        return True
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    try:
        condition = conditions.check(raw, fieldset, kept=True, zone=zone)
    except ConditionError:
        return False
    return conditions.matches(condition, fieldset, await _record(work, lead), now=clock.now(), zone=zone)


async def _record(work: Work, lead: Lead) -> dict[str, Any]:
    contact, stage = await work.get(Contact, lead.contact_id), await stage_of(work, lead)
    record = fields.snapshot(await fields.registry(work, "lead"), lead, contact, stage, custom=lead.custom)
    record["tags"] = [name for name, _ in (await tags_of(work, "lead", [lead.id])).get(lead.id, [])]
    return record
