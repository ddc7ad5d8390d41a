"""The last leads under what is live and under the draft: who would have got how many. Nothing is written."""

from collections import Counter, defaultdict
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.contacts.queries import tags_of
from app.core import clock, config, fields
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.routing.models import Ask, Candidate, Fallback, LeadOffer, Rule, RuleSet, choose
from app.routing.queries.routing import PASSED_FOR, Situation, rules_of

LEADS = 50


class Share(msgspec.Struct, frozen=True):
    """So many of the leads went to this person; None is nobody."""

    person_id: UUID | None
    name: str
    before: int
    after: int


class Simulation(msgspec.Struct, frozen=True, kw_only=True):
    """`moved` of `leads` go to somebody else; shares by what the draft gives."""

    leads: int
    moved: int
    shares: list[Share]


async def simulate(work: Work, live: RuleSet | None, draft: RuleSet | None, people: list[Candidate]) -> Simulation:
    """As if everybody were ready and at work; whoever gets a lead here has it open for the next one, turns go on."""
    seen = await situations(work)
    before = _played(seen, *rules_of(live), people, live)
    after = _played(seen, *rules_of(draft or live), people, live)
    names = {one.id: one.name for one in people}
    old, new = Counter(before), Counter(after)
    shares = [Share(who, names.get(who, "") if who else "", old[who], new[who]) for who in {*old, *new}]
    shares.sort(key=lambda share: (share.person_id is None, -share.after, -share.before, share.name))
    return Simulation(leads=len(seen), moved=sum(a != b for a, b in zip(before, after, strict=True)), shares=shares)


def _played(
    seen: list[Situation], rules: list[Rule], fallback: Fallback, people: list[Candidate], live: RuleSet | None
) -> list[UUID | None]:
    turns = {rule: dict(ahead) for rule, ahead in (live.turns if live else {}).items()}
    load = {one.id: one.load for one in people}
    won: list[UUID | None] = []
    for each in seen:
        now = [msgspec.structs.replace(one, presence="ready", at_work=True, load=load[one.id]) for one in people]
        choice = choose(rules, each.meets, now, each.ask, turns, fallback)
        winner = choice.winner.id if choice.winner else None
        if winner in load:
            load[winner] += 1
        if choice.rule is not None:
            turns[str(choice.rule.id)] = choice.turns
        won.append(winner)
    return won


async def situations(work: Work) -> list[Situation]:
    """The newest real leads, the oldest of them first, each as rules see it; read together."""
    found = (
        select(Lead, Contact, Stage)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.deleted_at.is_(None), Lead.test.is_(False))
        .order_by(Lead.created_at.desc())
        .limit(LEADS)
    )
    rows = list((await work.execute(found)).all())[::-1]
    ids = [row.Lead.id for row in rows]
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    tags, known, passed = await tags_of(work, "lead", ids), await _known(work, rows), await _passed(work, ids)
    seen = []
    for lead, contact, stage in rows:
        record = fields.snapshot(fieldset, lead, contact, stage, custom=lead.custom)
        record["tags"] = [name for name, _ in tags.get(lead.id, [])]
        others = (owner for other, owner in known[lead.contact_id] if other != lead.id)
        ask = Ask(
            state=contact.state,
            language=contact.language,
            known_by=next(others, None),
            passed=frozenset(passed[lead.id]),
        )
        seen.append(Situation(record, fieldset, zone, ask))
    return seen


async def _known(work: Work, rows: list) -> dict[UUID, list[tuple[UUID, UUID]]]:  # type: ignore[type-arg]
    """(lead, owner) of each person, the newest first."""
    people = {row.Lead.contact_id for row in rows}
    found = select(Lead.contact_id, Lead.id, Lead.owner_id).where(
        Lead.contact_id.in_(people), Lead.owner_id.is_not(None)
    )
    known: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    for contact_id, lead_id, owner_id in await work.execute(found.order_by(Lead.created_at.desc())):
        known[contact_id].append((lead_id, owner_id))
    return known


async def _passed(work: Work, ids: list[UUID]) -> dict[UUID, list[UUID]]:
    found = select(LeadOffer.lead_id, func.array_agg(LeadOffer.person_id)).where(
        LeadOffer.lead_id.in_(ids),
        LeadOffer.state.in_(("passed", "expired")),
        LeadOffer.offered_at > clock.now() - PASSED_FOR,
    )
    rows = await work.execute(found.group_by(LeadOffer.lead_id))
    return defaultdict(list, {row[0]: list(row[1]) for row in rows})
