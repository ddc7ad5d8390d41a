"""Somebody's queue: which leads could be next, and whether the law lets them be called now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, or_, select

from app.calls.models import Call
from app.calls.queries import goal, outcomes
from app.core import clock, events
from app.core.events import Event
from app.core.permissions import Person
from app.core.work import Work
from app.leads.queries import local_times
from app.leads.service import stages
from app.routing.models import LeadOffer
from app.routing.models.queue import Item, ordered
from app.routing.queries import workable
from app.routing.queries.lawful import Law, Told
from app.routing.queries.routing import speed_to_lead
from app.routing.queries.workable import Near

LOOKED_AT = 200  # leads whose lawful hours are judged at once
FURTHEST = 5 * workable.AT_ONCE  # how far to look where nobody may be called
SHOWN = 10
JUST_NOW = timedelta(minutes=2)


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """The next ones in order, all that were judged and may be reached, and how many must not be called at all."""

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
    """Who can be called comes first; who has no number and can only be written to follows where there is room."""
    law = await Law.of(work, clock.now())
    judged, never = await _to_call(work, person, law, limit)
    if sum(item.callable_now for item in judged) < limit:
        written = await _judged(work, person, law, await workable.to_write_to(work, person, law, limit))
        judged += [item for item in written if not item.never]
    return Queue(items=ordered(judged, law.now)[:limit], judged=judged, never=never)


async def _to_call(work: Work, person: Person, law: Law, enough: int) -> tuple[list[Item], int]:
    """The best that may be called at some hour, and how many that never may stood before them: those take nobody's place."""
    found: list[Item] = []
    never = 0
    for after in range(0, FURTHEST, workable.AT_ONCE):
        near = await workable.to_call(work, person, law, after)
        free = [one for one in near if not one.barred]
        never += len(near) - len(free)
        for start in range(0, len(free), LOOKED_AT):
            judged = await _judged(work, person, law, free[start : start + LOOKED_AT])
            found += [item for item in judged if not item.never]
            never += sum(item.never for item in judged)
            if len(found) >= enough:
                return found, never
        if len(near) < workable.AT_ONCE:
            break
    return found, never


async def _judged(work: Work, person: Person, law: Law, near: Sequence[Near]) -> list[Item]:
    """Each with its lawful moment."""
    rows = await workable.read(work, near)
    told = await law.of_all(work, [row.Contact for row in rows])
    offers = {one.lead_id: one.offered_until for one in near}
    return [_item(row, person, said, offers[row.Lead.id]) for row, said in zip(rows, told, strict=True)]


def _item(row: Any, person: Person, said: Told, offered_until: datetime | None) -> Item:
    lead, contact = row.Lead, row.Contact
    (may, at, zone), by_mail = said, not contact.phone
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
        offered_until=offered_until,
        clocks=local_times(contact),
        callable_now=may and not by_mail,
        by_mail=by_mail,
        never=not may and (at is None or by_mail),
        next_lawful_at=at,
        lawful_zone=zone,
    )


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
