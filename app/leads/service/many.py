"""Many leads at once, as an import brings them: the same rows and events as one by one, in a few statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from uuid_utils.compat import uuid7

from app.contacts import service as contacts
from app.contacts.models import Contact
from app.core import clock, config, events, fields
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.models.scoring import score
from app.leads.service.scoring import live_rules
from app.leads.service.values import PLAIN, LeadValues, minor


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One lead to be, of somebody who is known, in its stage and with its tags (their labels)."""

    contact: Contact
    values: LeadValues
    stage: Stage
    tags: tuple[str, ...] = ()


async def create_many(work: Work, arrivals: Sequence[Arrival], told: Mapping[str, Any]) -> list[Lead]:
    """In the order given, scored, and cold: nobody asked just now. `told` goes into the payload of each event."""
    fieldset, box = await fields.registry(work, "lead"), await runtime().box(work.tenant)
    settings = await config.everything(work)
    made, own = [], []
    for arrival in arrivals:
        lead = _row(arrival, settings["currency"])
        custom = fields.dump(fieldset, arrival.values.custom, box=box, record=lead.id)
        lead.custom = {name: value for name, value in custom.items() if value is not None}
        follows = arrival.values.custom.get(settings["lead_value_field"] or "")
        if arrival.values.value_amount is None and follows is not None:
            lead.value_amount = minor(follows, lead.currency)
        made.append(lead)
        own.append((lead.id, {name: arrival.values.custom[name] for name in custom}))
    await _score(work, made, arrivals, ZoneInfo(settings["zone"]))
    work.add_all(made)
    await work.flush()
    await fields.store_many(work, "lead", fieldset, own, box=box)
    for lead in made:
        ids = {"contact": lead.contact_id, "owner": lead.owner_id}
        given = {name: id_ for name, id_ in ids.items() if id_}
        events.record(work, "lead.created", "lead", lead.id, test=False, **given, **told)
    await _mark(work, made, arrivals)
    return made


def _row(arrival: Arrival, currency: str) -> Lead:
    now, values, stage = clock.now(), arrival.values, arrival.stage
    return Lead(
        id=uuid7(),
        contact_id=arrival.contact.id,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        stage_since=now,
        **{name: getattr(values, name) for name in PLAIN},
        currency=values.currency or currency,
        value_amount=values.value_amount or 0,
        owned_since=now if values.owner_id else None,
        accepted_at=now if values.owner_id else None,
        heat=0,
        heat_points=0.0,
        heat_why="",
        sealed=False,
        score=0,
        score_reasons=[],
        custom={},
        created_at=now,
        updated_at=now,
    )


async def _score(work: Work, made: Sequence[Lead], arrivals: Sequence[Arrival], zone: ZoneInfo) -> None:
    rules, fieldset, now = await live_rules(work), await fields.registry(work, "lead"), clock.now()
    for lead, arrival in zip(made, arrivals, strict=True):
        record = fields.snapshot(fieldset, lead, arrival.contact, arrival.stage, custom=lead.custom)
        record["tags"] = [fields.normalise(label) for label in arrival.tags]
        found = score(rules, fieldset, record, now=now, zone=zone)
        lead.score, lead.scored_at = found.value, now
        lead.score_reasons = msgspec.to_builtins(found.reasons)


async def _mark(work: Work, made: Sequence[Lead], arrivals: Sequence[Arrival]) -> None:
    """The scores know the tags already."""
    marked: dict[str, list[UUID]] = {}
    for lead, arrival in zip(made, arrivals, strict=True):
        for label in arrival.tags:
            marked.setdefault(label, []).append(lead.id)
    for label, ids in marked.items():
        await contacts.add_tags(work, "lead", ids, label, scored=True)
