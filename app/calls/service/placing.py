"""Calling somebody through the gate, one call at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy import update as sql_update
from uuid_utils.compat import uuid7

from app.calls import queries
from app.calls.models import OPEN, Call
from app.compliance import service as compliance
from app.compliance.service import Contacting
from app.contacts.models import Contact
from app.core import agenda, clock, config, events, live
from app.core.errors import Conflict, NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages.service import outside, usual_purpose
from app.team import service as team
from themes.terms import worded

LONGEST_NOTES = 10_000


async def place(work: Work, lead_id: UUID, person: Person) -> Call:
    """Call the lead's person from the tenant's number. `state` is queued, or refused with the reason and when
    next.

    One call at a time: raises Conflict while this person is on another, and NotFound for a lead that is gone.
    """
    lead = await leads.locked(work, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    busy = await queries.line_busy(work, person.id)
    if busy is not None and busy.lead_id == lead_id:
        return busy
    if busy is not None:
        raise Conflict("You are on another call. End it first.", code="on_call")
    call = await new_call(work, contact, lead, person)
    if lead.test:
        return await _refused(work, call, "test_lead", worded("This is a test %(lead)s: nobody is called."), None)
    gated = await compliance.gate(work, asked(call))
    if not gated.allowed:
        said = gated.verdict
        return await _refused(work, call, said.refusals[0].code, said.sentence, said.next_lawful_at)
    call.attempt_id, call.verdict = gated.attempt_id, gated.verdict.sentence
    call.agenda_id = await agenda.add(work, "calls.place", call.id)
    await work.flush()
    await team.set_presence(work, person.id, "on_call")
    await _called_back(work, contact.id)
    recorded(work, "call.placed", call)
    return call


async def new_call(work: Work, contact: Contact, lead: Lead, person: Person) -> Call:
    call = Call(
        id=uuid7(),
        contact_id=contact.id,
        lead_id=lead.id,
        direction="out",
        state="queued",
        purpose=await usual_purpose(work, contact.id),
        subject=(await config.get(work, "contact_subject")) or "",
        automated=False,
        sender=await outside.own_number(work),
        recipient=contact.phone or "",
        agent_id=person.id,
        agent_name=person.name,
        at=clock.now(),
        undo={},
    )
    work.add(call)
    await work.flush()
    return call


def asked(call: Call) -> Contacting:
    return Contacting(
        contact_id=call.contact_id,
        channel="call",
        purpose=call.purpose,  # type: ignore[arg-type]
        lead_id=call.lead_id,
        record="call",
        record_id=call.id,
    )


async def _refused(work: Work, call: Call, code: str, why: str, next_at: datetime | None) -> Call:
    call.state, call.refused_code, call.refused_why, call.next_lawful_at = "refused", code, why, next_at
    call.ended_at = clock.now()
    await work.flush()
    recorded(work, "call.refused", call, code=code)
    return call


async def _called_back(work: Work, contact_id: UUID) -> None:
    missed = (Call.contact_id == contact_id, Call.state == "missed", Call.returned_at.is_(None))
    await work.execute(sql_update(Call).where(*missed).values(returned_at=clock.now()))


def recorded(work: Work, kind: str, call: Call, **more: Any) -> None:
    """On the lead's timeline where there is a lead, else on the person's."""
    entity, entity_id = ("lead", call.lead_id) if call.lead_id else ("contact", call.contact_id)
    events.record(work, kind, entity, entity_id, call=call.id, contact=call.contact_id, **more)
    live.tell(work, "calls", call.lead_id or call.id)


async def locked(work: Work, call_id: UUID) -> Call:
    """The row as it is now, held until the transaction ends. Raises NotFound."""
    statement = select(Call).where(Call.id == call_id).with_for_update()
    call = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if call is None:
        raise NotFound
    return call


async def hang_up(work: Work, call_id: UUID) -> Call:
    """End the call. One that has not left yet is taken back; one that is over stays as it ended."""
    call = await locked(work, call_id)
    if call.state == "queued":
        call.state, call.ended_at = "canceled", clock.now()
        await compliance.void(work, call.attempt_id)
        recorded(work, "call.ended", call, state=call.state)
    elif call.state in OPEN and call.provider_id:
        await agenda.add(work, "calls.hang_up", call.id, key=f"calls.hang_up:{call.id}")
    await work.flush()
    return call


async def save_notes(work: Work, call_id: UUID, notes: str) -> Call:
    """What is typed during the call, kept as it is typed."""
    call = await locked(work, call_id)
    call.notes = notes.replace("\0", "")[:LONGEST_NOTES]
    await work.flush()
    return call
