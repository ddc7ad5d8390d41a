"""Following a call by what the carrier reports, in any order and as often as it likes."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.calls.models import OPEN, Call
from app.calls.service.placing import recorded
from app.contacts import service as contacts
from app.contacts.queries import find_duplicates
from app.core import clock, live
from app.core.ports.carrier import CallStatus, InboundCall
from app.core.work import Work
from app.leads import service as leads
from app.messages.service import latest_lead, outside
from app.team import service as team
from themes.catalogue import later

RANK = {"queued": 0, "dialing": 1, "unknown": 1, "ringing": 2, "answered": 3}


async def note_status(work: Work, said: CallStatus, *, call_id: UUID | None = None) -> Call | None:
    """What the carrier reports, in any order and as often as it likes. None for a call that is not ours."""
    found = select(Call).where(Call.id == call_id if call_id else Call.provider_id == said.id)
    call = (await work.scalars(found.with_for_update(), execution_options={"populate_existing": True})).first()
    if call is None or (call.provider_id and call.provider_id != said.id):
        return None
    call.provider_id = call.provider_id or said.id
    if call.direction == "in":
        return await _inbound_over(work, call, said)
    call.answered_by = said.answered_by or call.answered_by
    if said.status in ("ringing", "answered"):
        await _going_on(work, call, said.status)
    elif said.status in ("completed", "busy", "no_answer", "failed", "canceled"):
        await _over(work, call, said)
    await work.flush()
    return call


async def _going_on(work: Work, call: Call, status: str) -> None:
    if RANK.get(call.state, 9) >= RANK[status]:
        return
    call.state = status
    if status == "answered":
        call.answered_at = clock.now()
        recorded(work, "call.answered", call, by=call.answered_by or "")
        await _touched(work, call)
    else:
        live.tell(work, "calls", call.lead_id or call.id)


async def _over(work: Work, call: Call, said: CallStatus) -> None:
    if call.state not in (*OPEN, "unknown"):
        return
    machine = call.answered_by == "machine"
    call.state = "voicemail" if said.status == "completed" and machine else str(said.status)
    call.seconds, call.ended_at = said.seconds, clock.now()
    if said.status == "completed" and call.answered_at is None:
        call.answered_at = clock.now() - timedelta(seconds=said.seconds)
    if said.status == "failed":
        call.error = later("The number could not be reached.")
    recorded(
        work,
        "call.failed" if said.status == "failed" else "call.ended",
        call,
        state=call.state,
        seconds=call.seconds,
    )
    await _touched(work, call)
    await _wrap_up(work, call)


async def _touched(work: Work, call: Call) -> None:
    """An answered line or a voicemail is somebody of ours reaching for the person; so is ringing until nobody
    answers.
    """
    if call.lead_id and call.state not in ("failed", "canceled"):
        await leads.touch_contacted(work, call.lead_id, call.at)


async def _wrap_up(work: Work, call: Call) -> None:
    if call.agent_id and call.outcome is None:
        await team.set_presence(work, call.agent_id, "wrap_up")


async def receive_call(work: Work, said: InboundCall) -> Call | None:
    """Somebody calls one of our numbers. Nobody takes it here, so it stands as ringing until it is over."""
    if said.to != await outside.own_number(work):
        return None
    known = await find_duplicates(work, phone=said.from_)
    contact = known[0] if known else await contacts.create(work, {"phone": said.from_})
    lead = await latest_lead(work, contact.id)
    call = Call(
        id=uuid7(), contact_id=contact.id, lead_id=lead.id if lead else None, direction="in", state="ringing", sender=said.from_,
        recipient=said.to, provider_id=said.id, agent_name="", at=clock.now(), undo={},
    )  # fmt: skip
    work.add(call)
    await work.flush()
    live.tell(work, "calls", call.lead_id or call.id)
    return call


async def _inbound_over(work: Work, call: Call, said: CallStatus) -> Call:
    if call.state in OPEN and said.status in ("no_answer", "busy", "canceled", "failed", "completed"):
        call.state = "completed" if said.status == "completed" and said.seconds else "missed"
        call.seconds, call.ended_at = said.seconds, clock.now()
        if call.state == "missed":
            recorded(work, "call.missed", call)
            if call.lead_id:
                await leads.heat_up(work, call.lead_id, 3.0, "called us")
        else:
            recorded(work, "call.ended", call, state=call.state, seconds=call.seconds)
        await work.flush()
    return call
