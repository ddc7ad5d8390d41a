"""Whose lead it is: assigned by somebody or by routing, taken, accepted, given back. One owner at any
moment.
"""

from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.core import clock, events
from app.core.errors import Conflict, NotFound, invalid
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.service.rows import locked, touch


async def assign(work: Work, lead_id: UUID, owner_id: UUID | None, *, reason: str = "", accepted: bool = False) -> Lead:
    """Give the lead to this person, or to nobody. Already theirs: nothing happens.

    `reason` is a short word for programs (`rule`, `sticky`, `manual`); people read it from the routing's
    own record. Raises Invalid for somebody who cannot own leads.
    """
    lead = await locked(work, lead_id)
    if lead.owner_id == owner_id:
        return lead
    if owner_id is not None:
        await _demand_owner(work, owner_id)
    before = _hand_over(lead, owner_id)
    if owner_id is not None and (accepted or owner_id == work.actor.id):
        lead.accepted_at = clock.now()
    return await _recorded(work, lead, "lead.assigned", before, reason)


async def claim(work: Work, lead_id: UUID, person: Person) -> Lead:
    """Take a lead that is nobody's. Of many at once exactly one wins; already mine does nothing.

    Raises Conflict for the others. It does not say who was quicker: that person may lie outside their reach. Raises
    NotFound for whoever does not see what nobody has.
    """
    lead = await locked(work, lead_id)
    if lead.owner_id == person.id:
        return lead
    if not person.unassigned and person.reach != "all":
        raise NotFound
    if lead.owner_id is not None:
        raise Conflict("Somebody took this one before you.", code="taken")
    before = _hand_over(lead, person.id)
    lead.accepted_at = clock.now()
    return await _recorded(work, lead, "lead.claimed", before, "claim")


async def accept(work: Work, lead_id: UUID, person: Person) -> Lead:
    """Say yes to a lead that was offered. Raises Conflict when it has moved on to somebody else."""
    lead = await locked(work, lead_id)
    if lead.owner_id != person.id:
        raise Conflict("This one has moved on to somebody else.", code="moved_on")
    if lead.accepted_at is None:
        lead.accepted_at = clock.now()
        touch(lead)
        events.record(work, "lead.accepted", "lead", lead.id, owner=person.id)
        await work.flush()
    return lead


async def release(work: Work, lead_id: UUID, *, reason: str = "", owner_id: UUID | None = None) -> Lead:
    """Make the lead nobody's again. With `owner_id` only if it is still that person's: how a time-out lets
    go.
    """
    lead = await locked(work, lead_id)
    if lead.owner_id is None or owner_id not in (None, lead.owner_id):
        return lead
    before = _hand_over(lead, None)
    return await _recorded(work, lead, "lead.released", before, reason)


def _hand_over(lead: Lead, owner_id: UUID | None) -> UUID | None:
    before = lead.owner_id
    lead.owner_id, lead.accepted_at = owner_id, None
    lead.owned_since = clock.now() if owner_id else None
    touch(lead)
    return before


async def _recorded(work: Work, lead: Lead, kind: str, before: UUID | None, reason: str) -> Lead:
    ids = {"owner": lead.owner_id, "from_owner": before, "reason": reason or None}
    known = {name: value for name, value in ids.items() if value is not None}
    events.record(work, kind, "lead", lead.id, changes={"owner": (before, lead.owner_id)}, **known)
    await work.flush()
    return lead


async def _demand_owner(work: Work, person_id: UUID) -> None:
    fit = await work.scalar(
        select(PersonRow.id)
        .join(Role, Role.id == PersonRow.role_id)
        .where(PersonRow.id == person_id, PersonRow.state == "active", PersonRow.support.is_(False))
        .where(Role.audience == "staff")
    )
    if fit is None:
        raise invalid("owner_id", "This person can't own leads. Choose somebody on the team.")
