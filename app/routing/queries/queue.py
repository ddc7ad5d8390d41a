"""Somebody's queue: which leads could be next, and whether the law lets them be called now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from app.calls.models import Call
from app.calls.queries import goal, outcomes
from app.compliance.models import Attempt, Consent, Facts, Listing, OptOut, Request, RuleBook, somewhere
from app.compliance.models.gate import next_lawful, refusals
from app.compliance.models.tables import Attempt as AttemptRow
from app.compliance.models.tables import ListEntry
from app.compliance.service import book
from app.contacts.models import Contact
from app.core import clock, config, events, places
from app.core.events import Event
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.queries import local_times
from app.leads.service import stages
from app.routing.models import LeadOffer
from app.routing.models.queue import HEAT, Item, ordered
from app.routing.queries.routing import OPEN_KINDS, speed_to_lead
from app.tasks.models import Task

LOOKED_AT = 200  # leads whose lawful hours are judged one by one
SHOWN = 10
LOOK_BACK = timedelta(hours=48)
JUST_NOW = timedelta(minutes=2)
LISTINGS = ("internal", "national", "state", "litigator")


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The next ones in order, all that were judged, and how many must not be called at all."""

    items: list[Item]
    judged: list[Item]
    never: int


class Tiles(msgspec.Struct, frozen=True):
    """One's own day: calls, people reached, wins in the tenant's word, the median wait of leads reached first today
    (seconds), and the calls that one aims for (0: no goal).
    """

    calls: int
    reached: int
    won: int
    won_label: str
    speed: float | None
    goal: int


async def queue(work: Work, person: Person, limit: int = SHOWN) -> Queue:
    now = clock.now()
    rows = (await work.execute(await _candidates(work, person, now))).all()
    judged = await _judged(work, [_item(row, person) for row in rows], [row.Contact for row in rows], now)
    return Queue(items=ordered(judged, now)[:limit], judged=judged, never=sum(item.never for item in judged))


async def _candidates(work: Work, person: Person, now: datetime) -> Any:
    """The best by value and heat among those to be worked now; people where it is night come after. Found by their few
    narrow columns, of which there may be a hundred thousand; only then read in full.
    """
    rules = await book(work)
    vertical = (await config.get(work, "vertical")) or None
    asleep = [code for code in places.states() if not _judge(rules, vertical, _known(code), now)[0]]
    open_stages = {stage.id: stage.probability for stage in await stages(work) if stage.kind in OPEN_KINDS}
    offer = and_(LeadOffer.lead_id == Lead.id, LeadOffer.state == "open", LeadOffer.person_id == person.id)
    due = and_(Lead.owner_id == person.id, Lead.next_action_at <= now)
    priority = (
        func.greatest(Lead.value_amount, 1)
        * func.greatest(Lead.score, _by_stage(open_stages), 1)
        * case(dict(enumerate(HEAT)), value=Lead.heat, else_=1.0)
    )
    next_title = (
        select(Task.title)
        .where(Task.entity == "lead", Task.entity_id == Lead.id, Task.done_at.is_(None), Task.due_at.is_not(None))
        .order_by(Task.due_at)
        .limit(1)
        .scalar_subquery()
    )
    first = (
        select(Lead.id, LeadOffer.expires_at)
        .join(Contact, Contact.id == Lead.contact_id)
        .outerjoin(LeadOffer, offer)
        .where(Lead.stage_id.in_(open_stages), _workable(await config.get(work, "routing"), person, now))
        .order_by(
            or_(LeadOffer.id.is_not(None), func.coalesce(due, False)).desc(),
            func.coalesce(Contact.state.in_(asleep), False),
            priority.desc(),
            Lead.created_at,
        )
        .limit(LOOKED_AT)
        .subquery()
    )
    return (
        select(Lead, Contact, Stage.kind, Stage.probability, first.c.expires_at, next_title.label("next_title"))
        .join(first, first.c.id == Lead.id)
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
    )


def _by_stage(chances: dict[UUID, int]) -> ColumnElement[int]:
    return case(chances, value=Lead.stage_id, else_=0) if chances else literal(0)


def _workable(settings: dict[str, Any], person: Person, now: datetime) -> ColumnElement[bool]:
    """Mine, or nobody's where I may take them; not put aside, not promised for later, not just contacted."""
    ours = Lead.owner_id == person.id
    if person.may("leads.claim") and (person.unassigned or person.reach == "all"):
        ours = or_(ours, Lead.owner_id.is_(None))
    aside = (
        select(LeadOffer.lead_id)
        .where(
            LeadOffer.person_id == person.id,
            or_(
                and_(LeadOffer.state == "skipped", LeadOffer.expires_at > now),
                and_(LeadOffer.state == "passed", LeadOffer.offered_at > now - timedelta(hours=24)),
            ),
        )
        .correlate(None)
    )
    rested = now - timedelta(minutes=settings["rest_minutes"])
    return and_(
        ours,
        ~Lead.test,
        Lead.deleted_at.is_(None),
        Lead.sealed.is_(False),
        Lead.id.not_in(aside),
        or_(Lead.next_action_at.is_(None), Lead.next_action_at <= now),
        or_(
            Lead.last_contact_at.is_(None),
            Lead.last_contact_at < rested,
            Lead.next_action_at <= now,
            Lead.heat_at > Lead.last_contact_at,
        ),
    )


def _item(row: Any, person: Person) -> Item:
    lead, contact = row.Lead, row.Contact
    return Item(
        lead_id=lead.id,
        contact_id=contact.id,
        name=contact.name,
        mine=lead.owner_id == person.id,
        stage_kind=row.kind,
        value_amount=lead.value_amount,
        currency=lead.currency,
        probability=row.probability,
        score=lead.score,
        heat=lead.heat,
        heat_why=lead.heat_why,
        created_at=lead.created_at,
        last_contact_at=lead.last_contact_at,
        next_action_at=lead.next_action_at,
        next_title=row.next_title or "",
        offered_until=row.expires_at,
        clocks=local_times(contact),
    )


# What the gate's rules say of a call, with the one thing left out that a queue can't know: consent is
# judged in full when somebody calls. Hours, limits, lists and the person's own no decide the order.


def _known(state: str) -> Facts:
    return _assume(Facts(where=somewhere(state=state), phone="+15005550100"))


def _assume(facts: Facts) -> Facts:
    agreed = Consent(channels=frozenset(("call",)), at=clock.now() - timedelta(minutes=1))
    return replace(facts, consents=(agreed,), scrubbed_at=clock.now(), inquired_at=clock.now())


def _judge(rules: RuleBook, vertical: str | None, facts: Facts, now: datetime) -> tuple[bool, datetime | None, str]:
    """Whether a call is lawful now; else when it will be (None: time alone won't do) and by whose clock."""
    request = Request(channel="call", vertical=vertical)
    if not refusals(request, facts, rules, now):
        return True, None, ""
    at, zone = next_lawful(request, facts, rules, now)
    return False, at, zone or ""


async def _judged(work: Work, items: list[Item], contacts: list[Contact], now: datetime) -> list[Item]:
    """Each with its lawful moment. People of whom nothing special is known share their place's answer."""
    rules, vertical = await book(work), (await config.get(work, "vertical")) or None
    special = await _special(work, contacts, now)
    known: dict[Any, tuple[bool, datetime | None, str]] = {}
    found = []
    for item, contact in zip(items, contacts, strict=True):
        where = somewhere(contact.phone, contact.zip, contact.state, contact.zone)
        extra = special.get(contact.id, {})
        key = (where, bool(contact.phone), contact.id if extra else None)
        if key not in known:
            facts = _assume(Facts(where=where, phone=contact.phone, **extra))
            known[key] = _judge(rules, vertical, facts, now)
        may, at, zone = known[key]
        found.append(
            msgspec.structs.replace(
                item, callable_now=may, never=not may and at is None, next_lawful_at=at, lawful_zone=zone
            )
        )
    return found


async def _special(work: Work, contacts: Sequence[Contact], now: datetime) -> dict[UUID, dict[str, Any]]:
    """Contacts made lately, the person's own no, and lists: two reads for all of them."""
    ids = [contact.id for contact in contacts]
    by_phone = {contact.phone: contact.id for contact in contacts if contact.phone}
    by_email = {contact.email: contact.id for contact in contacts if contact.email}
    found: dict[UUID, dict[str, Any]] = {}
    tried = select(AttemptRow).where(
        AttemptRow.contact_id.in_(ids), AttemptRow.void_at.is_(None), AttemptRow.at > now - LOOK_BACK
    )
    for row in await work.scalars(tried):
        made = Attempt(row.at, row.channel, row.purpose, row.automated, row.subject)  # type: ignore[arg-type]
        found.setdefault(row.contact_id, {}).setdefault("attempts", []).append(made)
    listed = select(ListEntry).where(
        ListEntry.lifted_at.is_(None),
        or_(ListEntry.contact_id.in_(ids), ListEntry.phone.in_(by_phone), ListEntry.email.in_(by_email)),
    )
    for entry in await work.scalars(listed):
        contact_id = (
            entry.contact_id if entry.contact_id in ids else by_phone.get(entry.phone) or by_email.get(entry.email)
        )
        if contact_id is not None:
            _note(found.setdefault(contact_id, {}), entry)
    return {id_: {name: tuple(values) for name, values in extra.items()} for id_, extra in found.items()}


def _note(extra: dict[str, Any], entry: ListEntry) -> None:
    if entry.list == "opt_out":
        no = OptOut(at=entry.at, channel=entry.channel, purpose=entry.purpose, words=entry.words)  # type: ignore[arg-type]
        extra.setdefault("opt_outs", []).append(no)
    elif entry.list in LISTINGS:
        extra.setdefault("listings", []).append(Listing(entry.list, entry.at, entry.state))  # type: ignore[arg-type]


async def tiles(work: Work, person: Person, since: datetime) -> Tiles:
    """`since`: the beginning of the person's day."""
    mine = (Call.agent_id == person.id, Call.direction == "out", Call.at >= since, Call.state != "refused")
    good = [each.name for each in await outcomes(work, retired=True) if each.reached]
    reached = or_(Call.outcome.in_(good), and_(Call.outcome.is_(None), Call.state == "answered"))
    row = (await work.execute(select(func.count(), func.count().filter(reached)).where(*mine))).one()
    await events.written(work)
    won = select(func.count(Event.entity_id.distinct())).where(
        Event.kind == "lead.stage_changed",
        Event.actor_id == person.id,
        Event.at >= since,
        Event.payload["to_kind"].astext == "won",
    )
    _, speed = await speed_to_lead(work, since, person.id)
    label = next((stage.label for stage in await stages(work) if stage.kind == "won"), "Won")
    return Tiles(row[0], row[1], await work.scalar(won) or 0, label, speed, await goal(work, person.id))


async def just_taken(work: Work, person: Person, now: datetime) -> list[tuple[UUID, str]]:
    """Leads that others took within the last minutes, each with their name: what fades from somebody's queue."""
    await events.written(work)
    found = select(Event.entity_id, Event.actor_name).where(
        Event.kind.in_(("lead.claimed", "lead.accepted")),
        Event.at > now - JUST_NOW,
        Event.actor_id != person.id,
    )
    return [(row[0], row[1]) for row in await work.execute(found.order_by(Event.at.desc()).limit(SHOWN))]


async def offered_until(work: Work, person: Person, lead_id: UUID) -> datetime | None:
    """When the lead that is held out to this person moves on; None where it is not."""
    mine = (LeadOffer.lead_id == lead_id, LeadOffer.state == "open", LeadOffer.person_id == person.id)
    until: datetime | None = await work.scalar(select(LeadOffer.expires_at).where(*mine))
    return until


async def calling(work: Work, person: Person) -> UUID | None:
    """The lead of this person's call that still lacks its outcome: it stays before their eyes until it has
    one.
    """
    made = select(Call.lead_id).where(
        Call.agent_id == person.id,
        Call.direction == "out",
        Call.outcome.is_(None),
        Call.state.not_in(("refused", "logged")),
        Call.at > clock.now() - timedelta(hours=4),
        Call.lead_id.is_not(None),
    )
    return (await work.scalars(made.order_by(Call.at.desc()).limit(1))).first()
