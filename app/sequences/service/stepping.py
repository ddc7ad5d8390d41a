"""Doing one step: one agenda row, one transaction, in which the step's effect and the run's next place
commit together.

A crash before the commit leaves both undone and the row comes again; a second worker with the same row
finds the lease or the turn gone. So a step's effect in our database happens exactly once.
"""

from uuid import UUID

from sqlalchemy import select

from app.compliance import service as compliance
from app.core import agenda, clock
from app.core.errors import Invalid, NotFound
from app.core.work import Actor, Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages.models import Message
from app.sequences.models import Email, Node, SequenceRun, SequenceTrace, Sms, kind_of
from app.sequences.service import doing, runs
from app.sequences.service.rows import note, program_of, run_locked, shared
from themes.catalogue import later, say


async def step(work: Work, run_id: UUID, turn: int) -> None:
    """Do what the run stands on, if it is still this turn. While the whole sequence is paused it stays;
    `wake` goes on.
    """
    run = await work.get(SequenceRun, run_id)
    if run is None or run.turn != turn or run.state != "active":
        return
    sequence = await shared(work, run.sequence_id)
    if sequence is None or sequence.state != "on":
        return
    work.actor = Actor("system", None, sequence.label)
    node = (await program_of(work, run.sequence_id, run.version)).get(run.step)
    lead = await _hold_what_it_needs(work, run, node)
    run = await run_locked(work, run_id)
    if run.turn != turn or run.state != "active":
        return
    if lead is None or lead.deleted_at is not None:
        await runs.stop(work, run_id, later("The lead was deleted"))
    elif label := await runs.stopped_by_stage(work, sequence, lead):
        await runs.stop(work, run_id, say("In stage %(stage)s", stage=label))
    else:
        await _do(work, run, node)


async def _hold_what_it_needs(work: Work, run: SequenceRun, node: Node | None) -> Lead | None:
    """The gate's lock, then the lead's, before the run's: as everybody else takes them."""
    if node is not None and doing.reaches_out(node.step):
        await compliance.hold(work, run.contact_id)
    if node is not None and doing.writes_lead(node.step):
        try:
            return await leads.locked(work, run.lead_id)
        except NotFound:
            return None
    return await work.get(Lead, run.lead_id, populate_existing=True)


async def _do(work: Work, run: SequenceRun, node: Node | None) -> None:
    program = await program_of(work, run.sequence_id, run.version)
    if node is None:
        await runs.place(work, run, program, "")
        return
    kind = kind_of(node.step)
    try:
        outcome = await doing.DOES[type(node.step)](work, run, node.step)
    except Invalid as problem:
        await runs.fail(work, run, problem.detail, kind)
        return
    if outcome.what == "held" and outcome.at is not None:
        await runs.put_off(work, run, outcome.at, outcome.why, kind, counts=outcome.counts)
        return
    if outcome.what == "outside":
        return
    note(work, run, outcome.what, outcome.why, kind=kind, message_id=outcome.message_id)
    await runs.place(work, run, program, node.ways.get(outcome.what, node.next))


async def refused_late(work: Work, message_id: UUID) -> None:
    """The gate let a message through, but closed before it left: again at the next lawful minute, or
    noted as refused.

    The run has gone on meanwhile and does not go back; a refusal that the step itself saw is on its
    trace already.
    """
    message = await work.get(Message, message_id)
    line = (
        await work.scalars(
            select(SequenceTrace).where(SequenceTrace.message_id == message_id, SequenceTrace.what == "done")
        )
    ).first()
    if message is None or message.state != "refused" or line is None:
        return
    run = await run_locked(work, line.run_id)
    node = (await program_of(work, run.sequence_id, run.version)).get(line.step)
    again = message.next_lawful_at if node and getattr(node.step, "refused", "") == "wait" else None
    if again is not None and run.state in ("active", "done"):
        await agenda.add(
            work,
            "sequences.resend",
            run.id,
            line.step,
            message_id,
            due=again,
            key=f"sequences.resend:{message_id}",
        )
    else:
        again = None
    what = "held" if again else "refused"
    note(work, run, what, message.refused_why, kind=line.kind, next_at=again, step=line.step)


async def resend(work: Work, run_id: UUID, step_id: str, message_id: UUID) -> None:
    """The message that came too late, once more; not for a run that was stopped or is paused."""
    run = await work.get(SequenceRun, run_id)
    sequence = await shared(work, run.sequence_id) if run else None
    if run is None or sequence is None or sequence.state != "on":
        return
    work.actor = Actor("system", None, sequence.label)
    await compliance.hold(work, run.contact_id)
    run = await run_locked(work, run_id)
    node = (await program_of(work, run.sequence_id, run.version)).get(step_id)
    lead = await work.get(Lead, run.lead_id, populate_existing=True)
    if run.state not in ("active", "done") or node is None or not isinstance(node.step, Email | Sms):
        return
    if lead is None or lead.deleted_at is not None or await runs.stopped_by_stage(work, sequence, lead):
        return
    if await _wrote_since(work, message_id):
        return
    await _send_again(work, run, node, message_id)


async def _wrote_since(work: Work, message_id: UUID) -> bool:
    """A run that has come to its end is not stopped by an answer, but what it still owes is."""
    late = await work.get(Message, message_id)
    if late is None:
        return True
    wrote = Message.contact_id == late.contact_id, Message.direction == "in", Message.at > late.at
    return await work.scalar(select(Message.id).where(*wrote).limit(1)) is not None


async def _send_again(work: Work, run: SequenceRun, node: Node, first_id: UUID) -> None:
    assert isinstance(node.step, Email | Sms)
    try:
        key = f"sequence:{run.id}:{node.step.id}:after:{first_id}:{clock.now():%d%H%M%S}"
        outcome = await doing.send(work, run, node.step, key=key)
    except Invalid as problem:
        outcome = doing.Outcome(what="refused", why=problem.detail)
    kind, message_id = kind_of(node.step), outcome.message_id if outcome.what != "held" else None
    note(
        work,
        run,
        outcome.what,
        outcome.why,
        kind=kind,
        message_id=message_id,
        next_at=outcome.at,
        step=node.step.id,
    )
    if outcome.what == "held" and outcome.at is not None:
        await agenda.add(work, "sequences.resend", run.id, node.step.id, first_id, due=outcome.at)
