"""Saying what came of a call, and doing what follows from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from app.calls import queries
from app.calls.models import OPEN, Call, Outcome
from app.calls.service.placing import LONGEST_NOTES, asked, hang_up, locked, new_call, recorded
from app.compliance import service as compliance
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import Conflict, invalid
from app.core.permissions import Person
from app.core.work import Work
from app.leads import service as leads
from app.tasks import service as tasks
from app.tasks.queries import calls_due
from app.tasks.service import TaskValues
from app.team import service as team
from themes.catalogue import say


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
    given = await _meant(work, call, given)
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
    if call.agent_id and call.state != "logged":
        await team.set_presence(work, call.agent_id, "ready")
    return call


async def _meant(work: Work, call: Call, given: OutcomeValues) -> OutcomeValues:
    """The form proposes a time for calling back and sends it with every outcome; only some ask for it. Whoever writes
    a call down afterwards chose the time themselves.
    """
    outcome = await queries.outcome(work, given.outcome)
    if call.state == "logged" or (outcome is not None and outcome.next == "callback"):
        return given
    return msgspec.structs.replace(given, callback_at=None)


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
    target, now = order.get(outcome.stage), await leads.stage_of(work, lead)
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
    title = say("Call %(name)s back", name=name) if outcome.next == "callback" else say("Try %(name)s again", name=name)
    values = TaskValues(
        title=title[:200],
        due_at=due,
        kind="call",
        priority=1 if outcome.next == "callback" else 2,
        assignee_id=call.agent_id,
    )
    return (await tasks.add_task(work, values, entity="lead", entity_id=call.lead_id)).id


async def _promises_kept(work: Work, lead_id: UUID, made_now: str | None) -> list[str]:
    """Callbacks that were due by now are done with this call, and so is each further try that an earlier one asked for."""
    tries = await queries.tries(work, lead_id)
    due = await calls_due(work, "lead", lead_id, clock.now() + timedelta(minutes=15), tries)
    kept = [task_id for task_id in due if str(task_id) != made_now]
    for task_id in kept:
        await tasks.complete(work, task_id)
    return [str(task_id) for task_id in kept]


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
    call = await new_call(work, contact, lead, person)
    call.state, call.seconds, call.ended_at = "logged", max(0, given.seconds), clock.now()
    await compliance.note_attempt(work, asked(call), verdict="Logged by hand")
    await leads.touch_contacted(work, lead_id, call.at)
    return await set_outcome(work, call.id, given.outcome)
