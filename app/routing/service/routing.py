"""Routing a lead: choose an owner, write down why, hold the lead out to them."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import agenda, clock, config, events, live
from app.core.errors import NotFound
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.routing.models import Choice, Decision, LeadOffer, RuleSet, choose
from app.routing.queries import routing as queries
from app.routing.service.offering import hold_out

TRIED_FOR = timedelta(days=3)


async def route(work: Work, lead_id: UUID, cause: str) -> Decision | None:
    """Find an owner for a lead that has none. Does nothing for a test lead, one that is owned, closed or
    gone.

    The lead is locked first, then the live rules: decisions wait for each other, so turns and free places
    are counted one after the other.
    """
    lead = await _waiting(work, lead_id)
    if lead is None:
        return None
    settings = await config.get(work, "routing")
    if await _moved_too_often(work, lead_id, settings["moves"]):
        return await _leave_to_anyone(work, lead, cause)
    seen = await queries.situation(work, lead)
    rules = await _held_rules(work)
    wanted, fallback = queries.rules_of(rules)
    people = await queries.candidates(work, results=any(rule.strategy == "results" for rule in wanted))
    choice = choose(wanted, seen.meets, people, seen.ask, rules.turns if rules else {}, fallback)
    return await _carry_out(work, lead, rules, choice, cause)


async def _waiting(work: Work, lead_id: UUID) -> Lead | None:
    try:
        lead = await leads.locked(work, lead_id)
    except NotFound:
        return None
    stage = await leads.stage_of(work, lead)
    free = lead.owner_id is None and not lead.test and stage is not None and queries.is_open(stage.kind)
    return lead if free else None


async def _held_rules(work: Work) -> RuleSet | None:
    statement = select(RuleSet).where(RuleSet.state == "live").with_for_update()
    return (await work.scalars(statement, execution_options={"populate_existing": True})).first()


async def _moved_too_often(work: Work, lead_id: UUID, most: int) -> bool:
    gone = select(func.count()).where(LeadOffer.lead_id == lead_id, LeadOffer.state.in_(("expired", "passed")))
    return (await work.scalar(gone.where(LeadOffer.offered_at > clock.now() - queries.PASSED_FOR)) or 0) >= most > 0


async def _carry_out(work: Work, lead: Lead, rules: RuleSet | None, choice: Choice, cause: str) -> Decision:
    decision = await _written(work, lead, rules.version if rules else 0, choice, cause)
    if choice.winner is None:
        await _try_later(work, lead)
        live.tell(work, "queue")
        return decision
    if rules is not None and choice.rule is not None:
        rules.turns = {**rules.turns, str(choice.rule.id): choice.turns}
    seconds = (await config.get(work, "routing"))["accept_seconds"]
    reason = "rule" if choice.outcome == "assigned" else "fallback"
    await leads.assign(work, lead.id, choice.winner.id, reason=reason, accepted=not seconds)
    if seconds:
        await hold_out(work, lead.id, choice.winner.id, decision.id, timedelta(seconds=seconds))
    live.tell(work, "queue", choice.winner.id)
    return decision


async def _written(work: Work, lead: Lead, version: int, choice: Choice, cause: str) -> Decision:
    """The decision with its reasons. Finding nobody again for the same reason is not written twice."""
    last = next(iter(await queries.decisions_of(work, lead.id, 1)), None)
    if last is not None and choice.outcome == last.outcome == "nobody" and _same(last, choice):
        return last
    decision = Decision(
        id=uuid7(),
        lead_id=lead.id,
        at=clock.now(),
        version=version,
        cause=cause,
        outcome=choice.outcome,
        rule_id=choice.rule.id if choice.rule else None,
        rule=choice.rule.name if choice.rule else "",
        winner_id=choice.winner.id if choice.winner else None,
        sentence=choice.sentence,
        trace=msgspec.to_builtins(choice.trace),
    )
    work.add(decision)
    await work.flush()
    events.record(work, "lead.routed", "lead", lead.id, decision=decision.id, outcome=choice.outcome)
    return decision


def _same(last: Decision, choice: Choice) -> bool:
    tried = [trace.rule for trace in choice.trace if trace.matched]
    return last.sentence == choice.sentence and [one["rule"] for one in last.trace if one["matched"]] == tried


async def _try_later(work: Work, lead: Lead) -> None:
    """Nobody can take it now; somebody may soon."""
    minutes, now = (await config.get(work, "routing"))["retry_minutes"], clock.now()
    if minutes and now - lead.created_at < TRIED_FOR:
        due = now + timedelta(minutes=minutes)
        await agenda.add(work, "routing.route", lead.id, "again", due=due, key=f"route:{lead.id}:{due:%d%H%M}")


async def _leave_to_anyone(work: Work, lead: Lead, cause: str) -> Decision:
    """It has moved on as often as it may: from now on anybody can take it, and a manager should know."""
    choice = Choice("nobody", "passed_nobody")
    decision = await _written(work, lead, 0, choice, cause)
    events.record(work, "lead.unclaimed", "lead", lead.id, decision=decision.id)
    live.tell(work, "queue")
    return decision


async def route_waiting(work: Work, limit: int = 20) -> int:
    """Somebody became ready: look again at leads that found nobody. Returns how many were put on the
    agenda.
    """
    latest = select(Decision.lead_id, func.max(Decision.at).label("at")).group_by(Decision.lead_id).subquery()
    statement = (
        select(Lead.id)
        .join(latest, latest.c.lead_id == Lead.id)
        .join(Decision, (Decision.lead_id == Lead.id) & (Decision.at == latest.c.at))
        .join(Stage, Stage.id == Lead.stage_id)
        .where(
            Lead.owner_id.is_(None),
            Lead.deleted_at.is_(None),
            Lead.sealed.is_(False),
            ~Lead.test,
            Stage.kind.in_(queries.OPEN_KINDS),
            Decision.outcome == "nobody",
            Lead.created_at > clock.now() - TRIED_FOR,
        )
        .order_by(Lead.created_at)
        .limit(limit)
    )
    found = (await work.scalars(statement)).all()
    for lead_id in found:
        await agenda.add(work, "routing.route", lead_id, "ready", key=f"route:{lead_id}")
    return len(found)
