"""The conflict check: are the others in this accident people whom we know, or ourselves against whom we stand?

It compares names with every contact and with the other parties of every case. Whatever it finds waits for somebody who may
decide; a conflict locks the lead for a small group.
"""

from typing import Any
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import or_, select

from app.contacts.models import Contact
from app.core import clock, events
from app.core.errors import FieldError, Invalid, invalid
from app.core.fields import normalise
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.screening.models import Screening
from app.screening.service import rows
from app.screening.service.deadlines import who
from app.team import service as team

SAME, SIMILAR = 98, 86  # of 100: the same words in any order; a letter or two apart
LONGEST, MOST = 120, 20
MOST_FOUND = 300
ROLES = ("driver", "owner", "employer", "passenger", "insurer", "other")


async def check(work: Work, lead_id: UUID, parties: list[dict[str, str]]) -> Screening:
    """Look for these names, and for the injured person among the parties of other cases. What was cleared once stays
    cleared until somebody new is found. Raises Invalid for no name.
    """
    given, row = _read(parties), await rows.locked(work, lead_id)
    if row.conflict == "conflict":
        return row
    lead, contact, _ = await rows.known(work, lead_id)
    found = [hit for party in given for hit in await _contacts(work, lead, party)]
    found += await _parties(work, lead_id, contact)
    known = {(hit["kind"], hit["id"]) for hit in row.hits} if row.conflict == "cleared" else set()
    fresh = [hit for hit in found if (hit["kind"], hit["id"]) not in known]
    row.parties, row.party_keys = given, [normalise(party["name"]) for party in given]
    row.hits, row.checked_at, row.checked_by = found, clock.now(), work.actor.name
    row.conflict = "possible" if fresh else "cleared" if row.conflict == "cleared" and found else "clear"
    row.updated_at = clock.now()
    events.record(work, "screening.checked", "lead", lead_id, result=row.conflict, found=len(found))
    if row.conflict == "possible":
        await team.notify(work, "screening.conflict", await who(work, "screening.decide"), "lead", lead_id)
    await work.flush()
    return row


def _read(parties: list[dict[str, str]]) -> list[dict[str, str]]:
    given = [
        {"name": " ".join(party.get("name", "").split())[:LONGEST], "role": party.get("role", "other")}
        for party in parties
    ]
    given = [party for party in given if normalise(party["name"])][:MOST]
    if not given:
        raise invalid("party-name", "Enter the name of at least one other person or firm in the accident.", "missing")
    if any(party["role"] not in ROLES for party in given):
        raise Invalid([FieldError("party-role", "not_allowed", "Choose a part from the list.")])
    return given


async def _contacts(work: Work, lead: Lead, party: dict[str, str]) -> list[dict[str, Any]]:
    """People we know under this name; the lead's own contact is none of them."""
    name = normalise(party["name"])
    words = sorted((word for word in name.split() if len(word) > 2), key=len, reverse=True)[:2] or [name]
    alike = or_(*(Contact.name_key.contains(word, autoescape=True) for word in words))
    candidates = await work.scalars(
        select(Contact)
        .where(alike, Contact.id != lead.contact_id, Contact.merged_into.is_(None))
        .order_by(Contact.created_at.desc())
        .limit(MOST_FOUND)
    )
    return [
        {"kind": "contact", "id": str(one.id), "name": one.name, "party": party["name"], "how": how}
        for one in candidates
        if (how := _likeness(name, one.name_key))
    ]


async def _parties(work: Work, lead_id: UUID, contact: Contact) -> list[dict[str, Any]]:
    """Cases in which the injured person is on the other side."""
    if not contact.name_key:
        return []
    found = select(Screening).where(Screening.party_keys.contains([contact.name_key]), Screening.lead_id != lead_id)
    return [
        {"kind": "case", "id": str(one.lead_id), "name": contact.name, "party": contact.name, "how": "same"}
        for one in await work.scalars(found.limit(MOST))
    ]


def _likeness(one: str, other: str) -> str:
    score = fuzz.token_sort_ratio(one, other)
    return "same" if score >= SAME else "similar" if score >= SIMILAR else ""


async def clear(work: Work, lead_id: UUID, why: str) -> Screening:
    """Somebody who may decide says that it is none, and why. Raises Invalid."""
    if len(why.strip()) < 3:
        raise invalid("why", "Say why this is no conflict.", "missing")
    row = await rows.locked(work, lead_id)
    if row.conflict == "possible":
        _decided(work, row, "cleared", why)
        events.record(work, "screening.cleared", "lead", lead_id)
    return row


async def lock(work: Work, lead_id: UUID, why: str) -> Screening:
    """A conflict: nobody but a small group finds the lead from now on, and nobody works on it. Raises Invalid."""
    if len(why.strip()) < 3:
        raise invalid("why", "Say what the conflict is.", "missing")
    row = await rows.locked(work, lead_id)
    if row.conflict == "conflict":
        return row
    _decided(work, row, "conflict", why)
    await leads.assign(work, lead_id, None, reason="conflict")
    lead = await work.get_one(Lead, lead_id)
    lead.sealed = True
    events.record(work, "screening.locked", "lead", lead_id, changes={"sealed": (False, True)})
    await work.flush()
    return row


def _decided(work: Work, row: Screening, result: str, why: str) -> None:
    row.conflict, row.decided_why = result, why.strip()[:500]
    row.decided_at, row.decided_by, row.updated_at = clock.now(), work.actor.name, clock.now()
