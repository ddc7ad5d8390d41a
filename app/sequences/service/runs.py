"""A person's way through a sequence: begun once per cause, moved on, paused, resumed, skipped ahead,
stopped.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.contacts.models import Contact
from app.core import agenda, clock, config, places
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.models import Message
from app.sequences.models import Node, Sequence, SequenceRun, SequenceTrace, Stops, Wait, kind_of
from app.sequences.models.timing import over_at
from app.sequences.service.facts import holds
from app.sequences.service.rows import note, program_of, run_locked, shared, tell
from themes.catalogue import later

OPEN = ("active", "paused", "failed")


def row_key(run_id: UUID, turn: int) -> str:
    """The agenda row of a run's turn: one step is one row."""
    return f"sequences.step:{run_id}:{turn}"


async def start(
    work: Work, sequence_id: UUID, lead_id: UUID, cause: str, *, by_hand: bool = False
) -> SequenceRun | None:
    """Let a lead in, once per cause and never twice at a time. None when it may not or need not enter.

    By hand neither the condition nor the rest between two runs counts. Raises NotFound for a lead that
    is gone.
    """
    sequence = await shared(work, sequence_id)
    if sequence is None or sequence.state != "on" or sequence.archived_at is not None:
        return None
    lead = await work.get(Lead, lead_id, populate_existing=True)
    if lead is None or lead.deleted_at is not None:
        raise NotFound
    if lead.test or await stopped_by_stage(work, sequence, lead):
        return None
    if not by_hand and not (await _rested(work, sequence, lead_id) and await holds(work, sequence.where, lead)):
        return None
    run = await _insert(work, sequence, lead, cause)
    if run is None:
        return None
    note(work, run, "started", later("Added by hand") if by_hand else "")
    tell(work, run, "sequence.started")
    program = await program_of(work, sequence.id, run.version)
    await place(work, run, program, next(iter(_first(program)), ""))
    return run


async def _insert(work: Work, sequence: Sequence, lead: Lead, cause: str) -> SequenceRun | None:
    """The row, unless this cause has begun one before or one is under way: the database decides."""
    values = {
        "id": uuid7(),
        "sequence_id": sequence.id,
        "version": sequence.version,
        "lead_id": lead.id,
        "contact_id": lead.contact_id,
        "cause": cause[:200],
        "state": "active",
        "started_at": clock.now(),
    }
    made = await work.execute(insert(SequenceRun).values(values).on_conflict_do_nothing().returning(SequenceRun.id))
    run_id = made.scalar()
    return await run_locked(work, run_id) if run_id else None


def _first(program: dict[str, Node]) -> list[str]:
    """The one step that nothing leads to."""
    reached = {to for node in program.values() for to in (node.next, *node.ways.values())}
    return [step_id for step_id in program if step_id not in reached]


async def stopped_by_stage(work: Work, sequence: Sequence, lead: Lead) -> str | None:
    """The label of the lead's stage where it ends this sequence."""
    stops = stops_of(sequence)
    stage = next((each for each in await leads.stages(work, lead.pipeline_id) if each.id == lead.stage_id), None)
    return stage.label if stage is not None and stops.by_stage(stage.kind, stage.name) else None


def stops_of(sequence: Sequence) -> Stops:
    return msgspec.convert(sequence.stops, Stops)


async def _rested(work: Work, sequence: Sequence, lead_id: UUID) -> bool:
    last = select(SequenceRun.ended_at, SequenceRun.started_at).where(
        SequenceRun.sequence_id == sequence.id, SequenceRun.lead_id == lead_id
    )
    row = (await work.execute(last.order_by(SequenceRun.started_at.desc()).limit(1))).first()
    if row is None:
        return True
    if sequence.again_days is None or row.ended_at is None:
        return False
    return bool(row.ended_at + timedelta(days=sequence.again_days) <= clock.now())


async def place(work: Work, run: SequenceRun, program: dict[str, Node], step_id: str) -> None:
    """Put the run on a step and its row on the agenda, or to its end."""
    run.step, run.tries = step_id, 0
    if not step_id or step_id not in program:
        await _finish(work, run)
        return
    step = program[step_id].step
    due = await _over(work, run, step) if isinstance(step, Wait) else None
    if due is not None:
        note(work, run, "waits", kind=kind_of(step), next_at=due)
    await _schedule(work, run, due)


async def _schedule(work: Work, run: SequenceRun, due: datetime | None) -> None:
    """The next turn, at `due` or at once."""
    run.turn, run.due_at = run.turn + 1, due or clock.now()
    await work.flush()
    await agenda.add(work, "sequences.step", run.id, run.turn, due=due, key=row_key(run.id, run.turn))


async def _over(work: Work, run: SequenceRun, step: Wait) -> datetime:
    contact = await work.get(Contact, run.contact_id)
    assert contact is not None
    zones = places.plausible_zones(contact.phone, contact.zip, contact.state, contact.zone)
    hours, zone = await config.get(work, "hours"), await config.get(work, "zone")
    return over_at(step, clock.now(), zones, hours, zone)


async def put_off(work: Work, run: SequenceRun, at: datetime, why: str, kind: str, *, counts: bool = True) -> None:
    """The same step again at the next lawful minute. `counts`: it was tried; what only waits on is said once."""
    run.tries += counts
    if counts or not await _said_last(work, run, why):
        note(work, run, "held", why, kind=kind, next_at=at)
    await _schedule(work, run, at)


async def _said_last(work: Work, run: SequenceRun, why: str) -> bool:
    of_run = SequenceTrace.run_id == run.id
    last = (await work.scalars(select(SequenceTrace).where(of_run).order_by(SequenceTrace.id.desc()).limit(1))).first()
    return last is not None and (last.what, last.step, last.why) == ("held", run.step, why[:500])


async def _finish(work: Work, run: SequenceRun) -> None:
    run.state, run.ended_at, run.due_at, run.turn = "done", clock.now(), None, run.turn + 1
    note(work, run, "finished")
    tell(work, run, "sequence.finished")
    await work.flush()


async def stop(work: Work, run_id: UUID, why: str) -> SequenceRun:
    """No further step, and what has not left yet is taken back. One that is over stays. Raises NotFound."""
    run = await run_locked(work, run_id)
    if run.state not in OPEN:
        return run
    await agenda.cancel(work, row_key(run.id, run.turn))
    run.state, run.why, run.ended_at, run.due_at, run.turn = (
        "stopped",
        why[:300],
        clock.now(),
        None,
        run.turn + 1,
    )
    await _take_back(work, run)
    note(work, run, "stopped", why)
    tell(work, run, "sequence.stopped")
    await work.flush()
    return run


async def _take_back(work: Work, run: SequenceRun) -> None:
    sent = select(SequenceTrace.message_id).where(SequenceTrace.run_id == run.id, SequenceTrace.message_id.is_not(None))
    waiting = select(Message.id).where(Message.id.in_(sent), Message.state == "queued").order_by(Message.id)
    for message_id in (await work.scalars(waiting)).all():
        await messages.cancel(work, message_id)


async def fail(work: Work, run: SequenceRun, why: str, kind: str) -> None:
    """It cannot go on until somebody mends something; `retry` goes on from the same step."""
    run.state, run.why, run.due_at, run.turn = "failed", why[:300], None, run.turn + 1
    note(work, run, "failed", why, kind=kind)
    tell(work, run, "sequence.failed")
    await work.flush()


async def pause_run(work: Work, run_id: UUID) -> SequenceRun:
    """Stand still here; when it was due is remembered. Raises NotFound."""
    run = await run_locked(work, run_id)
    if run.state != "active":
        return run
    await agenda.cancel(work, row_key(run.id, run.turn))
    run.state, run.turn = "paused", run.turn + 1
    note(work, run, "paused")
    tell(work, run, "sequence.held")
    await work.flush()
    return run


async def resume_run(work: Work, run_id: UUID) -> SequenceRun:
    """Go on: what was due meanwhile at once, the rest at its time. Also for one that got stuck. Raises
    NotFound, Conflict.
    """
    run = await run_locked(work, run_id)
    if run.state not in ("paused", "failed"):
        return run
    await _alone(work, run)
    due = run.due_at if run.due_at and run.due_at > clock.now() else None
    run.state, run.why = "active", ""
    note(work, run, "resumed", next_at=due)
    tell(work, run, "sequence.resumed")
    await _schedule(work, run, due)
    return run


async def _alone(work: Work, run: SequenceRun) -> None:
    """A stuck run leaves the door open for another one; the two must not go on together."""
    other = select(SequenceRun.id).where(
        SequenceRun.sequence_id == run.sequence_id,
        SequenceRun.lead_id == run.lead_id,
        SequenceRun.id != run.id,
        SequenceRun.state.in_(("active", "paused")),
    )
    if await work.scalar(other):
        raise Conflict("This lead is in the sequence again already.")


async def skip(work: Work, run_id: UUID, *, turn: int | None = None) -> SequenceRun:
    """Leave out the step on which it stands and go on at once. With `turn`, only if it still stands
    there. Raises NotFound.
    """
    run = await run_locked(work, run_id)
    if run.state not in OPEN or (turn is not None and turn != run.turn):
        return run
    await _alone(work, run)
    program = await program_of(work, run.sequence_id, run.version)
    node = program.get(run.step)
    await agenda.cancel(work, row_key(run.id, run.turn))
    run.state, run.why = "active", ""
    note(work, run, "skipped", kind=kind_of(node.step) if node else "")
    await place(work, run, program, node.next if node else "")
    return run
