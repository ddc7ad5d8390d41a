"""What a decision rests on, and what became of decisions."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.contacts.queries import tags_of
from app.core import clock, conditions, config, fields
from app.core.conditions import ConditionError
from app.core.fields import FieldSet
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries import open_leads, visible
from app.leads.service import stage_of
from app.routing.models import (
    Ask,
    Candidate,
    Choice,
    Decision,
    Fallback,
    LeadOffer,
    Rule,
    RuleSet,
    choose,
    read_rules,
)
from app.routing.models.choice import candidate
from app.team import queries as team

PASSED_FOR = timedelta(hours=24)
RESULTS_OVER = timedelta(days=90)
OPEN_KINDS = ("new", "open")


class Situation(msgspec.Struct, frozen=True):
    """One lead as rules see it: its record, and what the steps ask for."""

    record: dict[str, object]
    fieldset: FieldSet
    zone: ZoneInfo
    ask: Ask

    def meets(self, rule: Rule) -> bool:
        """Whether the lead meets the rule. One that names a field which is gone meets nothing until it is
        mended.
        """
        try:
            condition = conditions.check(rule.when, self.fieldset, zone=self.zone)
        except ConditionError:
            return False
        return conditions.matches(condition, self.fieldset, self.record, now=clock.now(), zone=self.zone)


async def situation(work: Work, lead: Lead) -> Situation:
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    contact, stage = await work.get(Contact, lead.contact_id), await stage_of(work, lead)
    record = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
    record["tags"] = [name for name, _ in (await tags_of(work, "lead", [lead.id])).get(lead.id, [])]
    ask = Ask(
        state=contact.state if contact else None,
        language=contact.language if contact else "en",
        known_by=await _known_by(work, lead),
        passed=await passed_by(work, lead.id),
    )
    return Situation(record, fieldset, zone, ask)


async def _known_by(work: Work, lead: Lead) -> UUID | None:
    """Who looks after, or last looked after, another lead of the same person."""
    others = select(Lead.owner_id).where(
        Lead.contact_id == lead.contact_id, Lead.id != lead.id, Lead.owner_id.is_not(None)
    )
    return (await work.scalars(others.order_by(Lead.created_at.desc()).limit(1))).first()


async def passed_by(work: Work, lead_id: UUID) -> frozenset[UUID]:
    """Who had the chance within the last day and let it go."""
    statement = select(LeadOffer.person_id).where(
        LeadOffer.lead_id == lead_id,
        LeadOffer.state.in_(("passed", "expired")),
        LeadOffer.offered_at > clock.now() - PASSED_FOR,
    )
    return frozenset((await work.scalars(statement)).all())


async def candidates(work: Work, *, results: bool = False) -> list[Candidate]:
    """Everybody on the staff with what counts now: presence, hours, open leads; win rates only where a rule
    asks.
    """
    members = await team.members(work)
    loads = await open_leads(work, [member.id for member in members])
    rates = await win_rates(work) if results else {}
    now = clock.now()
    return [candidate(member, now, loads.get(member.id, 0), rates.get(member.id, 0.0)) for member in members]


async def win_rates(work: Work) -> dict[UUID, float]:
    """Won of all leads of the last 90 days, drawn towards the team's mean where there are few (as if ten
    more at it).
    """
    won = func.count().filter(Stage.kind.in_(("won", "done")))
    rows = (
        await work.execute(
            select(Lead.owner_id, func.count().label("all"), won.label("won"))
            .join(Stage, Stage.id == Lead.stage_id)
            .where(Lead.owner_id.is_not(None), Lead.created_at > clock.now() - RESULTS_OVER, ~Lead.test)
            .group_by(Lead.owner_id)
        )
    ).all()
    whole = sum(row.all for row in rows)
    mean = sum(row.won for row in rows) / whole if whole else 0.0
    return {row.owner_id: (row.won + 10 * mean) / (row.all + 10) for row in rows}


async def rule_set(work: Work, state: str) -> RuleSet | None:
    """The live one or the draft."""
    return (await work.scalars(select(RuleSet).where(RuleSet.state == state))).first()


async def versions(work: Work, limit: int = 20) -> list[RuleSet]:
    """Published ones, newest first."""
    statement = select(RuleSet).where(RuleSet.state != "draft").order_by(RuleSet.version.desc()).limit(limit)
    return list((await work.scalars(statement)).all())


def rules_of(found: RuleSet | None) -> tuple[list[Rule], Fallback]:
    if found is None:
        return [], Fallback()
    return read_rules(found.rules), msgspec.convert(found.fallback, Fallback)


async def touched(work: Work, since: datetime) -> dict[UUID, int]:
    """How many leads each rule placed since then."""
    rows = await work.execute(
        select(Decision.rule_id, func.count(Decision.lead_id.distinct()))
        .where(Decision.rule_id.is_not(None), Decision.at >= since)
        .group_by(Decision.rule_id)
    )
    return {row[0]: row[1] for row in rows}


async def decisions_of(work: Work, lead_id: UUID, limit: int = 10) -> list[Decision]:
    """Newest first."""
    statement = select(Decision).where(Decision.lead_id == lead_id).order_by(Decision.at.desc(), Decision.id.desc())
    return list((await work.scalars(statement.limit(limit))).all())


async def speed_to_lead(work: Work, since: datetime, person_id: UUID | None = None) -> tuple[int, float | None]:
    """How many leads of ours were reached for the first time since then, and the median wait in seconds."""
    waited = func.extract("epoch", Lead.first_contact_at - Lead.created_at)
    statement = select(func.count(), func.percentile_cont(0.5).within_group(waited)).where(
        Lead.first_contact_at >= since, Lead.deleted_at.is_(None), ~Lead.test
    )
    if person_id is not None:
        statement = statement.where(Lead.owner_id == person_id)
    row = (await work.execute(statement)).one()
    return row[0], None if row[1] is None else float(row[1])


async def moves(work: Work, since: datetime) -> dict[str, int]:
    """What became of the offers made since then, by state."""
    rows = await work.execute(
        select(LeadOffer.state, func.count())
        .where(LeadOffer.offered_at >= since, LeadOffer.state != "skipped")
        .group_by(LeadOffer.state)
    )
    return {row[0]: row[1] for row in rows}


async def last_lead(work: Work, person: Person, lead_id: UUID | None = None) -> Lead | None:
    """The lead to look at beside the rules: the named one, else the one within reach that was routed last."""
    seen = await visible(work, person)
    if lead_id is not None:
        return (await work.scalars(select(Lead).where(Lead.id == lead_id, seen, ~Lead.test))).first()
    latest = select(Lead).join(Decision, Decision.lead_id == Lead.id).where(seen).order_by(Decision.at.desc())
    return (await work.scalars(latest.limit(1))).first()


async def what_if(work: Work, lead: Lead, shown: RuleSet | None, people: list[Candidate]) -> Choice:
    """Where these rules would send the lead now, were it nobody's. Nothing is written, no turn is taken."""
    rules, fallback = rules_of(shown)
    live_now = await rule_set(work, "live")
    seen = await situation(work, lead)
    return choose(rules, seen.meets, people, seen.ask, live_now.turns if live_now else {}, fallback)


def is_open(kind: str) -> bool:
    return kind in OPEN_KINDS


__all__ = [
    "Situation",
    "candidates",
    "decisions_of",
    "last_lead",
    "moves",
    "passed_by",
    "rule_set",
    "rules_of",
    "situation",
    "speed_to_lead",
    "touched",
    "versions",
    "what_if",
    "win_rates",
]
