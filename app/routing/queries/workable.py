"""Which leads somebody could work next, the best first. Found by their few narrow columns, of which there may be a hundred
thousand; whoever surely must not be called is marked here already, so that they take nobody's place.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select

from app.compliance.models.tables import ListEntry
from app.contacts.models import Contact
from app.core import config
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead, Stage
from app.leads.service import stages
from app.routing.models import LeadOffer
from app.routing.models.queue import HEAT
from app.routing.queries.lawful import Law
from app.routing.queries.routing import OPEN_KINDS
from app.tasks.models import Task

AT_ONCE = 1000  # narrow rows read at once


class Near(msgspec.Struct, frozen=True):
    """A lead in its place. `barred`: the person said no to calls, or their number must not be called."""

    lead_id: UUID
    offered_until: datetime | None
    barred: bool


async def to_call(work: Work, person: Person, law: Law, after: int = 0) -> list[Near]:
    """At most AT_ONCE with a number, or held out to this person, from the place `after` on."""
    named = or_(Contact.phone.is_not(None), LeadOffer.id.is_not(None))
    found = await _best(work, person, law, named)
    rows = await work.execute(found.add_columns(_barred()).offset(after).limit(AT_ONCE))
    return [Near(*row) for row in rows]


async def to_write_to(work: Work, person: Person, law: Law, most: int) -> list[Near]:
    """Who has no number but an address for mail."""
    only = (Contact.phone.is_(None), Contact.email.is_not(None), LeadOffer.id.is_(None))
    rows = await work.execute((await _best(work, person, law, *only)).limit(most))
    return [Near(row.id, row.expires_at, barred=False) for row in rows]


async def read(work: Work, near: Sequence[Near]) -> Sequence[Any]:
    """These in full: Lead, Contact, the stage's kind and probability, next_title."""
    next_title = (
        select(Task.title)
        .where(Task.entity == "lead", Task.entity_id == Lead.id, Task.done_at.is_(None), Task.due_at.is_not(None))
        .order_by(Task.due_at)
        .limit(1)
        .scalar_subquery()
    )
    found = (
        select(Lead, Contact, Stage.kind, Stage.probability, next_title.label("next_title"))
        .join(Contact, Contact.id == Lead.contact_id)
        .join(Stage, Stage.id == Lead.stage_id)
        .where(Lead.id.in_([one.lead_id for one in near]))
    )
    return (await work.execute(found)).all()


async def _best(work: Work, person: Person, law: Law, *so: ColumnElement[bool]) -> Select[Any]:
    """By value and heat among those to be worked now; people where it is night come after."""
    chances = {stage.id: stage.probability for stage in await stages(work) if stage.kind in OPEN_KINDS}
    offer = and_(LeadOffer.lead_id == Lead.id, LeadOffer.state == "open", LeadOffer.person_id == person.id)
    return (
        select(Lead.id, LeadOffer.expires_at)
        .join(Contact, Contact.id == Lead.contact_id)
        .outerjoin(LeadOffer, offer)
        .where(Lead.stage_id.in_(chances), _workable(await config.get(work, "routing"), person, law.now), *so)
        .order_by(*_order(person, law, chances))
    )


def _order(person: Person, law: Law, chances: dict[UUID, int]) -> list[ColumnElement[Any]]:
    due = and_(Lead.owner_id == person.id, Lead.next_action_at <= law.now)
    priority = (
        func.greatest(Lead.value_amount, 1)
        * func.greatest(Lead.score, _by_stage(chances), 1)
        * case(dict(enumerate(HEAT)), value=Lead.heat, else_=1.0)
    )
    return [
        or_(LeadOffer.id.is_not(None), func.coalesce(due, False)).desc(),
        func.coalesce(Contact.state.in_(law.asleep()), False),
        priority.desc(),
        Lead.created_at,
        Lead.id,
    ]


def _by_stage(chances: dict[UUID, int]) -> ColumnElement[int]:
    return case(chances, value=Lead.stage_id, else_=0) if chances else literal(0)


def _barred() -> ColumnElement[bool]:
    """What the gate would say for good, as far as two looks into an index tell. Postgres looks for the shown rows alone."""
    said_no = and_(
        ListEntry.list == "opt_out",
        or_(ListEntry.channel.is_(None), ListEntry.channel == "call"),
        or_(ListEntry.purpose.is_(None), ListEntry.purpose == "marketing"),
    )
    binds = and_(ListEntry.lifted_at.is_(None), or_(said_no, ListEntry.list.in_(("internal", "litigator"))))
    by_person = exists().where(ListEntry.contact_id == Contact.id, binds)
    by_number = exists().where(ListEntry.phone == Contact.phone, binds)
    return or_(Contact.bankrupt_at.is_not(None), by_person, by_number)


def _workable(settings: dict[str, Any], person: Person, now: datetime) -> ColumnElement[bool]:
    """Mine, or nobody's where I may take them; not put aside, not promised for later, not just contacted."""
    ours = Lead.owner_id == person.id
    if person.may("leads.claim") and (person.unassigned or person.reach == "all"):
        ours = or_(ours, Lead.owner_id.is_(None))
    rested = now - timedelta(minutes=settings["rest_minutes"])
    return and_(
        ours,
        ~Lead.test,
        Lead.deleted_at.is_(None),
        Lead.sealed.is_(False),
        Lead.id.not_in(_put_aside(person, now)),
        or_(Lead.next_action_at.is_(None), Lead.next_action_at <= now),
        or_(
            Lead.last_contact_at.is_(None),
            Lead.last_contact_at < rested,
            Lead.next_action_at <= now,
            Lead.heat_at > Lead.last_contact_at,
        ),
    )


def _put_aside(person: Person, now: datetime) -> Select[Any]:
    skipped = and_(LeadOffer.state == "skipped", LeadOffer.expires_at > now)
    passed = and_(LeadOffer.state == "passed", LeadOffer.offered_at > now - timedelta(hours=24))
    return select(LeadOffer.lead_id).where(LeadOffer.person_id == person.id, or_(skipped, passed)).correlate(None)
