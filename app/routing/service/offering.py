"""Holding a lead out to somebody: taken, let pass, or moved on when the time is over.

Whoever locks both takes the lead before the offer.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select, update
from uuid_utils.compat import uuid7

from app.core import agenda, clock, events, live
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.routing.models import LeadOffer
from app.team import queries as team

PUT_ASIDE = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
SOONEST_WORK = timedelta(days=8)


async def hold_out(work: Work, lead_id: UUID, person_id: UUID, decision_id: UUID | None, time: timedelta) -> LeadOffer:
    """An open offer, and the agenda row that ends it. Outside the person's hours the time starts with the
    next ones.
    """
    now = clock.now()
    offer = LeadOffer(
        id=uuid7(),
        lead_id=lead_id,
        person_id=person_id,
        decision_id=decision_id,
        state="open",
        offered_at=now,
        expires_at=await _begins(work, person_id, now) + time,
    )
    work.add(offer)
    await work.flush()
    await agenda.add(work, "routing.expire_offer", offer.id, due=offer.expires_at, key=_key(offer.id))
    events.record(work, "lead.offered", "lead", lead_id, offer=offer.id, person=person_id)
    return offer


def _key(offer_id: UUID) -> str:
    return f"offer:{offer_id}"


async def _begins(work: Work, person_id: UUID, now: datetime) -> datetime:
    """Now for somebody who works at this hour or never does, else the quarter of an hour in which they
    start.
    """
    member = await team.member(work, person_id)
    if member is None or member.at_work(now) or not any(member.hours.values()):
        return now
    local = now.astimezone(ZoneInfo(member.zone))
    at = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0).astimezone(now.tzinfo)
    while at < now + SOONEST_WORK:
        at += QUARTER
        if member.at_work(at):
            return at
    return now


async def expire(work: Work, offer_id: UUID) -> None:
    """The time is over: the lead moves on, unless it was taken meanwhile."""
    found = await work.get(LeadOffer, offer_id)
    if found is None or found.state != "open":
        return
    try:
        await leads.locked(work, found.lead_id)
    except NotFound:
        return
    offer = await _open(work, found.lead_id)
    if offer is None or offer.id != offer_id:
        return
    offer.state, offer.ended_at = "expired", clock.now()
    await work.flush()
    events.record(work, "lead.offer_expired", "lead", offer.lead_id, offer=offer.id, person=offer.person_id)
    await leads.release(work, offer.lead_id, reason="timeout", owner_id=offer.person_id)
    live.tell(work, "queue", offer.person_id)


async def _open(work: Work, lead_id: UUID) -> LeadOffer | None:
    statement = select(LeadOffer).where(LeadOffer.lead_id == lead_id, LeadOffer.state == "open").with_for_update()
    return (await work.scalars(statement, execution_options={"populate_existing": True})).first()


async def take(work: Work, lead_id: UUID, person: Person) -> Lead:
    """Accept what was offered, or claim what is nobody's. Raises Conflict for whoever comes second."""
    lead = await leads.locked(work, lead_id)
    if lead.owner_id == person.id:
        return await leads.accept(work, lead_id, person)
    return await leads.claim(work, lead_id, person)


async def skip(work: Work, lead_id: UUID, person: Person) -> bool:
    """An offer moves on to the next; anything else is put aside for an hour, which can be undone (True)."""
    lead = await leads.locked(work, lead_id)
    offer = await _open(work, lead_id)
    live.tell(work, "queue", person.id)
    if offer is None or offer.person_id != person.id:
        if lead.owner_id in (None, person.id):
            await _put_aside(work, lead_id, person.id)
        return True
    offer.state, offer.ended_at = "passed", clock.now()
    await agenda.cancel(work, _key(offer.id))
    await work.flush()
    events.record(work, "lead.passed", "lead", lead_id, offer=offer.id, person=person.id)
    await leads.release(work, lead_id, reason="passed", owner_id=person.id)
    return False


async def _put_aside(work: Work, lead_id: UUID, person_id: UUID) -> None:
    now = clock.now()
    work.add(
        LeadOffer(
            id=uuid7(),
            lead_id=lead_id,
            person_id=person_id,
            state="skipped",
            offered_at=now,
            expires_at=now + PUT_ASIDE,
            ended_at=now,
        )
    )
    await work.flush()


async def bring_back(work: Work, lead_id: UUID, person_id: UUID) -> None:
    """Undo of putting aside."""
    await work.execute(
        update(LeadOffer)
        .where(LeadOffer.lead_id == lead_id, LeadOffer.person_id == person_id, LeadOffer.state == "skipped")
        .values(expires_at=clock.now())
    )
    live.tell(work, "queue", person_id)


async def close_offer(
    work: Work, lead_id: UUID, state: str, *, but_for: UUID | None = None, only: UUID | None = None
) -> None:
    """End the open offer of a lead whose fate was decided otherwise: by its owner's deed, or by somebody's
    hand.
    """
    conditions: list[ColumnElement[bool]] = []
    if but_for is not None:
        conditions.append(LeadOffer.person_id != but_for)
    if only is not None:
        conditions.append(LeadOffer.person_id == only)
    await close_offers(work, [lead_id], state, *conditions)


async def close_offers(work: Work, lead_ids: list[UUID], state: str, *more: ColumnElement[bool]) -> None:
    """The same of many leads."""
    conditions = (LeadOffer.lead_id.in_(lead_ids), LeadOffer.state == "open", *more)
    ended = await work.scalars(
        update(LeadOffer).where(*conditions).values(state=state, ended_at=clock.now()).returning(LeadOffer.id)
    )
    for offer_id in ended.all():
        await agenda.cancel(work, _key(offer_id))
