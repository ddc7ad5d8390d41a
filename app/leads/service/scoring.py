"""The score of one lead, its heat, and when it was reached."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.contacts.models import Contact
from app.contacts.queries import tags_of
from app.core import clock, conditions, config, events, fields
from app.core.conditions import ConditionError
from app.core.fields import FieldSet
from app.core.work import Work
from app.leads.models import Lead, ScoreRule, Stage, heat
from app.leads.models.scoring import Rule, Score, Written, score
from app.leads.service.rows import locked, stage_of


async def rescore(work: Work, lead_id: UUID) -> Lead:
    """Ask every rule again. Recorded only when the score is another one."""
    lead = await locked(work, lead_id)
    before = lead.score
    await score_now(work, lead)
    if lead.score != before:
        events.record(work, "lead.rescored", "lead", lead.id, before=before, after=lead.score)
    await work.flush()
    return lead


async def rescore_all_of(work: Work, contact_ids: Collection[UUID]) -> None:
    """Every lead of these people, as `rescore`, in a few statements."""
    rows = (
        select(Lead, Contact, Stage).join(Contact, Contact.id == Lead.contact_id).join(Stage, Stage.id == Lead.stage_id)
    )
    rows = rows.where(Lead.contact_id.in_(contact_ids), Lead.deleted_at.is_(None)).order_by(Lead.id)
    found = (await work.execute(rows.with_for_update(of=Lead))).all()
    rules, tags = await live_rules(work), await tags_of(work, "lead", [row.Lead.id for row in found])
    fieldset, zone, now = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone")), clock.now()
    for lead, contact, stage in found:
        record = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
        record["tags"] = [name for name, _ in tags.get(lead.id, [])]
        said, before = score(rules, fieldset, record, now=now, zone=zone), lead.score
        lead.score, lead.scored_at, lead.score_reasons = said.value, now, msgspec.to_builtins(said.reasons)
        if said.value != before:
            events.record(work, "lead.rescored", "lead", lead.id, before=before, after=said.value)
    await work.flush()


async def score_now(work: Work, lead: Lead) -> Score:
    """Score and reasons onto the row, without an event."""
    found = await score_of(work, lead, await live_rules(work))
    lead.score, lead.scored_at = found.value, clock.now()
    lead.score_reasons = msgspec.to_builtins(found.reasons)
    return found


async def score_of(work: Work, lead: Lead, rules: list[Rule]) -> Score:
    """What these rules say of the lead; nothing is written."""
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    contact, stage = await work.get(Contact, lead.contact_id), await stage_of(work, lead)
    record = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
    record["tags"] = [name for name, _ in (await tags_of(work, "lead", [lead.id])).get(lead.id, [])]
    return score(rules, fieldset, record, now=clock.now(), zone=zone)


async def live_rules(work: Work) -> list[Rule]:
    """The enabled rules in order; those that name a field which is gone sleep until they are mended."""
    known: list[Rule] | None = work.info.get("score_rules")
    if known is None:
        rows = await work.scalars(select(ScoreRule).where(ScoreRule.enabled).order_by(ScoreRule.position, ScoreRule.id))
        fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
        known = [rule for row in rows if (rule := as_rule(row, fieldset, zone)) is not None]
        work.info["score_rules"] = known
    return known


def as_rule(row: ScoreRule | Written, fieldset: FieldSet, zone: ZoneInfo) -> Rule | None:
    """None for a rule that can't be asked any more."""
    try:
        condition = conditions.check(row.condition, fieldset, zone=zone)
    except ConditionError:
        return None
    names = ("id", "label", "category", "points", "half_life_days", "decay_from")
    return Rule(condition=condition, **{name: getattr(row, name) for name in names})


async def heat_up(work: Work, lead_id: UUID, weight: float, why: str) -> Lead:
    """The person did something that shows interest: a click 1, a reply or a call back 3, a form again 4.

    `why` is a few words for the agent ("opened the form twice"), without personal data. Opens of e-mails
    are weak signs (mail programs prefetch): 0.25 at most.
    """
    lead, now = await locked(work, lead_id), clock.now()
    points = min(heat.MOST, heat.decayed(lead.heat_points, lead.heat_at, now) + weight)
    lead.heat_points, lead.heat_at, lead.heat_why = points, now, why[:120]
    if heat.level(points) > lead.heat:
        events.record(work, "lead.heated", "lead", lead.id, level=heat.level(points), why=lead.heat_why)
    lead.heat = heat.level(points)
    await work.flush()
    return lead


async def touch_contacted(work: Work, lead_id: UUID, at: datetime) -> Lead:
    """Somebody of ours reached for the person at `at`. The first time says how long they waited."""
    lead = await locked(work, lead_id)
    if lead.first_contact_at is None or at < lead.first_contact_at:
        if lead.first_contact_at is None:
            waited = max(0, int((at - lead.created_at).total_seconds()))
            events.record(work, "lead.first_contacted", "lead", lead.id, seconds=waited)
        lead.first_contact_at = at
    lead.last_contact_at = max(at, lead.last_contact_at or at)
    await work.flush()
    return lead
