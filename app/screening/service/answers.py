"""Answers to the questions: checked by the registry, kept in the lead itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core import config, events, fields
from app.core.errors import Invalid
from app.core.work import Work
from app.leads import service as leads
from app.screening.models import Screen


async def answer(work: Work, lead_id: UUID, screen: Screen, given: Mapping[str, Any]) -> None:
    """Only what this screen asks; an empty answer clears the field. Raises Invalid with every fault."""
    names = [question.field for question in screen.questions]
    known = await fields.fill_options(work, (await fields.registry(work, "lead")).only(names))
    values, errors = fields.parse(known, given, partial=True, zone=ZoneInfo(await config.get(work, "zone")))
    if errors:
        raise Invalid(errors)
    await leads.update(work, lead_id, values)
    events.record(work, "screening.answered", "lead", lead_id, screen=screen.name, fields=sorted(values))
