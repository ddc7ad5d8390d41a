"""Calling somebody, following the call, and saying what came of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy import update as sql_update
from uuid_utils.compat import uuid7

from app.calls import queries
from app.calls.models import CHOICES, OPEN, Call, Outcome
from app.compliance import service as compliance
from app.compliance.service import Contacting
from app.contacts import service as contacts
from app.contacts.models import Contact
from app.contacts.queries import find_duplicates
from app.core import agenda, clock, config, events, live
from app.core.errors import Conflict, NotFound, invalid
from app.core.permissions import Person
from app.core.ports.carrier import CallStatus, InboundCall
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.leads.service.stages import move
from app.messages.service import latest_lead, outside, usual_purpose
from app.tasks import service as tasks
from app.tasks.queries import of_record
from app.tasks.service import TaskValues
from app.team import service as team

UNDO = timedelta(seconds=30)  # the toast stays ten seconds; a slow line needs more
LONGEST_NOTES = 10_000
RANK = {"queued": 0, "dialing": 1, "unknown": 1, "ringing": 2, "answered": 3}


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
    call = await _row(work, contact, lead, person)
    if lead.test:
        return await _refused(work, call, "test_lead", "This is a test lead: nobody is called.", None)
    gated = await compliance.gate(work, _asked(call))
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


async def _row(work: Work, contact: Contact, lead: Lead, person: Person) -> Call:
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


def _asked(call: Call) -> Contacting:
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
        call.error = "The number could not be reached."
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


class OutcomeValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent says of a call. `values` are answers to what the new stage demands."""

    outcome: str
    notes: str = ""
    callback_at: datetime | None = None
    values: Mapping[str, Any] = {}


async def set_outcome(work: Work, call_id: UUID, given: OutcomeValues) -> Call:
    """Say what came of the call and do what follows from it. The same again does nothing.

    Raises Invalid for an unknown outcome, a callback without a time ahead, or what the new stage still
    demands.
    """
    call = await locked(work, call_id)
    outcome = await _checked(work, given)
    if call.outcome == outcome.name:
        return call
    if call.outcome is not None:
        raise Conflict("This call has its outcome already. Undo it first.", code="has_outcome")
    if call.state in OPEN:
        await hang_up(work, call.id)
    call.undo = await _effects(work, call, outcome, given)
    call.outcome, call.outcome_at, call.callback_at = outcome.name, clock.now(), given.callback_at
    call.notes = given.notes.replace("\0", "").strip()[:LONGEST_NOTES]
    await work.flush()
    said = {"outcome": outcome.name, "reached": outcome.reached}
    recorded(work, "call.logged" if call.state == "logged" else "call.outcome", call, **said)
    if call.agent_id:
        await team.set_presence(work, call.agent_id, "ready")
    return call


async def _checked(work: Work, given: OutcomeValues) -> Outcome:
    outcome = await queries.outcome(work, given.outcome)
    if outcome is None:
        raise invalid("outcome", "Choose how the call ended.", "missing")
    if outcome.next == "callback" and given.callback_at is None:
        raise invalid("callback_at", "Choose when to call back.", "missing")
    if given.callback_at is not None and given.callback_at < clock.now() - timedelta(minutes=1):
        raise invalid("callback_at", "This time has passed. Choose one ahead.")
    if outcome.needs_note and not given.notes.strip():
        raise invalid("notes", "Write what came of the call.", "missing")
    return outcome


async def _effects(work: Work, call: Call, outcome: Outcome, given: OutcomeValues) -> dict[str, Any]:
    """What the outcome does; returns what is needed to take it back."""
    undo: dict[str, Any] = {}
    if call.lead_id and outcome.stage:
        undo |= await _move(work, call.lead_id, outcome, given.values)
    due = given.callback_at
    if due is None and outcome.next == "retry":
        due = clock.now() + timedelta(minutes=outcome.retry_minutes or 240)
    if call.lead_id and due is not None:
        undo["task"] = str(await _callback(work, call, outcome, due))
    if call.lead_id:
        undo["done"] = await _promises_kept(work, call.lead_id, undo.get("task"))
    if outcome.do_not_call:
        entry = await compliance.put_on_list(
            work,
            "internal",
            contact_id=call.contact_id,
            phone=call.recipient or None,
            reason="asked on a call",
            source=f"call {call.id}",
        )
        asked = await compliance.opt_out(
            work,
            contact_id=call.contact_id,
            phone=call.recipient or None,
            channel=None,
            words="asked on a call",
            how="call",
            lead_id=call.lead_id,
        )
        undo["entries"] = [str(entry.id), str(asked.id)]
    if outcome.dead_number and call.recipient:
        entry = await compliance.put_on_list(
            work, "suppressed", phone=call.recipient, reason="dead", source=f"call {call.id}"
        )
        undo["entries"] = [*undo.get("entries", []), str(entry.id)]
    return undo


async def _move(work: Work, lead_id: UUID, outcome: Outcome, values: Mapping[str, Any]) -> dict[str, Any]:
    """Forward only: an outcome that says "contacted" never takes a lead back from where it already is."""
    lead = await leads.locked(work, lead_id)
    order = {stage.name: stage for stage in await leads.stages(work, lead.pipeline_id)}
    target, now = order.get(outcome.stage), await work.get(Stage, lead.stage_id)
    if target is None or now is None or now.id == target.id:
        return {}
    if target.kind in ("new", "open") and (now.position >= target.position or now.kind in ("won", "done")):
        return {}
    given = {**({"lost_reason": outcome.lost_reason} if outcome.lost_reason else {}), **values}
    before = {"stage": now.name, "lost_reason": lead.lost_reason}
    await leads.change_stage(work, lead_id, target.name, given)
    return {"before": before, "to": target.name}


async def _callback(work: Work, call: Call, outcome: Outcome, due: datetime) -> UUID:
    contact = await work.get(Contact, call.contact_id)
    name = contact.name if contact else ""
    title = f"Call {name} back" if outcome.next == "callback" else f"Try {name} again"
    values = TaskValues(
        title=title[:200],
        due_at=due,
        kind="call",
        priority=1 if outcome.next == "callback" else 2,
        assignee_id=call.agent_id,
    )
    return (await tasks.add_task(work, values, entity="lead", entity_id=call.lead_id)).id


async def _promises_kept(work: Work, lead_id: UUID, made_now: str | None) -> list[str]:
    """Callbacks that were due by now are done with this call."""
    soon = clock.now() + timedelta(minutes=15)
    due = [
        task
        for task in await of_record(work, "lead", lead_id)
        if task.kind == "call" and task.due_at and task.due_at <= soon and str(task.id) != made_now
    ]
    for task in due:
        await tasks.complete(work, task.id)
    return [str(task.id) for task in due]


async def undo_outcome(work: Work, call_id: UUID, person: Person) -> Call:
    """Take an outcome back with all that it did: stage, tasks, lists. Raises Gone-like NotFound when it is
    too late or was somebody else's.
    """
    call = await locked(work, call_id)
    if (
        call.outcome is None
        or call.agent_id != person.id
        or call.outcome_at is None
        or clock.now() - call.outcome_at > UNDO
    ):
        raise NotFound
    await _take_back(work, call, dict(call.undo or {}))
    call.outcome = call.outcome_at = call.callback_at = None
    call.undo = {}
    await work.flush()
    recorded(work, "call.outcome_undone", call)
    return call


async def _take_back(work: Work, call: Call, undo: dict[str, Any]) -> None:
    before = undo.get("before")
    if before and call.lead_id:
        lead = await leads.locked(work, call.lead_id)
        now = await work.get(Stage, lead.stage_id)
        if now is not None and now.name == undo.get("to"):
            await _stage_back(work, lead, now, before)
    if undo.get("task"):
        await tasks.delete_task(work, UUID(undo["task"]))
    for task_id in undo.get("done", []):
        await tasks.reopen(work, UUID(task_id))
    for entry_id in undo.get("entries", []):
        await compliance.take_off_list(work, UUID(entry_id), "The outcome was taken back")


async def _stage_back(work: Work, lead: Lead, now: Stage, before: Mapping[str, Any]) -> None:
    earlier = next(
        (stage for stage in await leads.stages(work, lead.pipeline_id) if stage.name == before["stage"]), None
    )
    if earlier is not None:
        await move(work, lead, now, earlier)
        lead.lost_reason = before["lost_reason"]


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """A call made elsewhere, written down afterwards."""

    outcome: OutcomeValues
    seconds: int = 0


async def log_call(work: Work, lead_id: UUID, person: Person, given: Logged) -> Call:
    """Write down a call that was not placed from here. It counts like any other. Raises Invalid, NotFound."""
    lead = await leads.locked(work, lead_id)
    contact = await work.get(Contact, lead.contact_id)
    assert contact is not None
    await _checked(work, given.outcome)
    call = await _row(work, contact, lead, person)
    call.state, call.seconds, call.ended_at = "logged", max(0, given.seconds), clock.now()
    await compliance.note_attempt(work, _asked(call), verdict="Logged by hand")
    await leads.touch_contacted(work, lead_id, call.at)
    return await set_outcome(work, call.id, given.outcome)


async def save_notes(work: Work, call_id: UUID, notes: str) -> Call:
    """What is typed during the call, kept as it is typed."""
    call = await locked(work, call_id)
    call.notes = notes.replace("\0", "")[:LONGEST_NOTES]
    await work.flush()
    return call


async def configure_outcomes(work: Work, section: list[dict[str, Any]]) -> None:
    """A blueprint's outcomes, one for each number key. Raises ValueError for more than nine."""
    found = msgspec.convert(section, list[Outcome])
    if len(found) > CHOICES:
        raise ValueError(f"{len(found)} outcomes; there are {CHOICES} number keys")
    await config.put(work, "call_outcomes", msgspec.to_builtins(found))
