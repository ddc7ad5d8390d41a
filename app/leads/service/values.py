"""What a lead holds: making one, and changing its fields and those of its contact."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from babel.numbers import get_currency_precision
from uuid_utils.compat import uuid7

from app.contacts import service as contacts
from app.contacts.models import WRITABLE as CONTACT_COLUMNS
from app.core import clock, config, events, fields, live
from app.core.crypto import Box
from app.core.errors import NotFound
from app.core.fields import FieldSet
from app.core.runtime import runtime
from app.core.work import Work
from app.leads.models import LEAD_COLUMNS, Lead, heat
from app.leads.service.rows import first_stage, locked_many, touch
from app.leads.service.scoring import rescore_all_of, score_now


class LeadValues(msgspec.Struct, frozen=True, kw_only=True):
    """A lead to be. Amounts are in minor units of `currency` (empty: the tenant's); without `value_amount`
    the value comes from the custom field that the tenant named for it. `custom` holds checked values by
    field name.
    """

    source: str = ""
    sub_source: str = ""
    campaign: str = ""
    landing_page: str = ""
    publisher_id: UUID | None = None
    offer_id: UUID | None = None
    owner_id: UUID | None = None
    currency: str = ""
    cost_amount: int = 0
    value_amount: int | None = None
    pipeline: str = ""
    custom: Mapping[str, Any] = {}
    test: bool = False


async def create(work: Work, contact_id: UUID, values: LeadValues) -> Lead:
    """A new lead in the first stage, hot and scored. Test leads are like others, but are left out
    everywhere they could cost, count or reach anyone.
    """
    lead = await _arrived(work, contact_id, values)
    work.add(lead)
    await work.flush()
    fieldset, box = await fields.registry(work, "lead"), await runtime().box(work.tenant)
    custom = _put_custom(lead, values.custom, fieldset, box)
    await fields.store(work, "lead", lead.id, fieldset, {name: values.custom[name] for name in custom}, box=box)
    if values.value_amount is None:
        await _follow_value_field(work, lead, values.custom)
    await score_now(work, lead)
    await work.flush()
    _note_arrival(work, lead)
    return lead


async def _arrived(work: Work, contact_id: UUID, values: LeadValues) -> Lead:
    now, stage = clock.now(), await first_stage(work, values.pipeline)
    return Lead(
        id=uuid7(),
        contact_id=contact_id,
        pipeline_id=stage.pipeline_id,
        stage_id=stage.id,
        stage_since=now,
        **{name: getattr(values, name) for name in PLAIN},
        currency=values.currency or await config.get(work, "currency"),
        value_amount=values.value_amount or 0,
        owned_since=now if values.owner_id else None,
        heat=heat.level(heat.ARRIVAL),
        heat_points=heat.ARRIVAL,
        heat_at=now,
        score=0,
        score_reasons=[],
        custom={},
        created_at=now,
        updated_at=now,
    )


def _note_arrival(work: Work, lead: Lead) -> None:
    ids = {"contact": lead.contact_id, "publisher": lead.publisher_id, "offer": lead.offer_id, "owner": lead.owner_id}
    given = {name: id_ for name, id_ in ids.items() if id_}
    events.record(work, "lead.created", "lead", lead.id, test=lead.test, **given)


PLAIN = (
    "owner_id",
    "publisher_id",
    "offer_id",
    "source",
    "sub_source",
    "campaign",
    "landing_page",
    "cost_amount",
    "test",
)


async def update(work: Work, lead_id: UUID, values: Mapping[str, Any]) -> Lead:
    """Write checked values by field name (`fields.parse` of the lead's registry) to lead and contact.

    Names that no form may write are ignored; what is equal already is not touched. Raises NotFound.
    """
    found = await update_many(work, {lead_id: values})
    if not found:
        raise NotFound
    return found[0]


async def update_many(work: Work, wanted: Mapping[UUID, Mapping[str, Any]], *, score: bool = False) -> list[Lead]:
    """The same for many at once in a few statements; those that are missing or deleted are left out. With `score` they have
    their new scores at once, and no job is asked for one.
    """
    leads = await locked_many(work, wanted)
    said = {"scored": True} if score else {}
    told = await _update_contacts(work, leads, wanted, said)
    fieldset, box = await fields.registry(work, "lead"), await runtime().box(work.tenant)
    own = []
    for lead in leads:
        values = wanted[lead.id]
        columns, custom = _put_columns(lead, values), _put_custom(lead, values, fieldset, box)
        own.append((lead.id, {name: values[name] for name in custom}))
        changes = columns | custom
        await _follow_value_field(work, lead, {name: values[name] for name in changes})
        if changes:
            touch(lead)
            events.record(work, "lead.updated", "lead", lead.id, changes=changes, fields=sorted(changes), **said)
        if lead.contact_id in told:
            live.tell(work, "leads", lead.id)
    await fields.store_many(work, "lead", fieldset, own, box=box)
    await work.flush()
    if score:
        await rescore_all_of(work, [lead.contact_id for lead in leads])
    return leads


async def _update_contacts(
    work: Work, leads: list[Lead], wanted: Mapping[UUID, Mapping[str, Any]], said: Mapping[str, Any]
) -> set[UUID]:
    """What of the values belongs to the contacts; says of whom something was given."""
    theirs: dict[UUID, dict[str, Any]] = {}
    for lead in leads:
        given = {name: value for name, value in wanted[lead.id].items() if name in CONTACT_COLUMNS}
        if given:
            theirs.setdefault(lead.contact_id, {}).update(given)
    await contacts.update_many(work, theirs, **said)
    return set(theirs)


def _put_columns(lead: Lead, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    for name in LEAD_COLUMNS.keys() & values.keys():
        column, before = LEAD_COLUMNS[name], getattr(lead, LEAD_COLUMNS[name])
        value = _column_value(lead, name, values[name])
        if value != before:
            setattr(lead, column, value)
            changes[name] = (before, value)
    return changes


def _column_value(lead: Lead, name: str, value: Any) -> Any:
    if name == "value":
        return minor(value or Decimal(0), lead.currency)
    return value if name == "lost_reason" else value or ""


def minor(amount: Decimal, currency: str) -> int:
    """Cents for dollars: an amount in the major unit as whole minor units, half up."""
    return int(amount.scaleb(get_currency_precision(currency)).quantize(Decimal(1), "ROUND_HALF_UP"))


async def _follow_value_field(work: Work, lead: Lead, changed: Mapping[str, Any]) -> None:
    """Total debt is the value of a debt lead: the two never differ."""
    name = await config.get(work, "lead_value_field")
    if name and name in changed:
        lead.value_amount = minor(Decimal(changed[name] or 0), lead.currency)


def _put_custom(lead: Lead, values: Mapping[str, Any], fieldset: FieldSet, box: Box) -> dict[str, tuple[Any, Any]]:
    """Into the JSONB; the mirror that conditions search is written by whoever calls."""
    wanted = fields.dump(fieldset, values, box=box, record=lead.id)
    changed = {name: value for name, value in wanted.items() if lead.custom.get(name) != value}
    before = {name: lead.custom.get(name) for name in changed}
    if changed:
        merged = {**lead.custom, **changed}
        lead.custom = {name: value for name, value in merged.items() if value is not None}
    sealed = {field.name for field in fieldset.custom if field.sensitive}
    return {name: ("…", "…") if name in sealed else (before[name], changed[name]) for name in changed}
