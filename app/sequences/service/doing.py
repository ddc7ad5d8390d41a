"""What each kind of step does, through the services of the rooms below. A new kind is a row in `DOES`."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from app.compliance import service as compliance
from app.core import agenda, clock, config, fields
from app.core.errors import Invalid
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.service import Wanted
from app.sequences.models import (
    CallTask,
    Email,
    If,
    MoveStage,
    Notify,
    Sequence,
    SequenceRun,
    SetField,
    Sms,
    Split,
    Step,
    ToDo,
    Wait,
    Webhook,
    arm_of,
    outcome_of,
)
from app.sequences.service.facts import holds
from app.sequences.service.rows import program_of
from app.tasks.service import TaskValues, add_task
from app.team import service as team
from app.team.queries import holders
from themes.catalogue import later

MOST_TRIES = 20
LONGEST_DELAY, LOOK_AGAIN = timedelta(days=30), timedelta(minutes=30)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a step went: `done`, `refused`, `held`, which is the same again `at`, or `outside`, where the answer of
    somebody else is waited for; everything else goes on. What a step that branches says (`outcome_of`) chooses the way.
    """

    what: str = "done"
    why: str = ""
    at: datetime | None = None
    message_id: UUID | None = None
    counts: bool = True


async def send(work: Work, run: SequenceRun, step: Email | Sms, *, key: str = "") -> Outcome:
    """Ask first, so that waiting for the morning is no refusal on anybody's record; then send through
    the gate.

    The message commits with the run's next place, and its key is the step's: it is written once. Raises
    Invalid for a template that is gone or broken.
    """
    channel: Literal["email", "sms"] = "email" if isinstance(step, Email) else "sms"
    template = await messages.find_template(work, step.template, channel)
    held = await messages.held_back(work, channel, template.purpose)
    if held and step.refused == "wait":
        return Outcome(what="held", why=held[1], at=clock.now() + LOOK_AGAIN, counts=False)
    said = await compliance.verdict(work, run.contact_id, channel, template.purpose, automated=True)  # type: ignore[arg-type]
    if not said.allowed and _may_wait(run, step, said.next_lawful_at):
        return Outcome(what="held", why=said.sentence, at=said.next_lawful_at)
    wanted = Wanted(
        template=template.id,
        automated=True,
        key=key or f"sequence:{run.id}:{step.id}:{run.turn}",
        cause={"sequence": str(run.sequence_id), "run": str(run.id), "step": step.id},
    )
    message = await messages.send(work, channel, run.contact_id, wanted, lead_id=run.lead_id)
    if message.state != "refused":
        return Outcome(message_id=message.id)
    if _may_wait(run, step, message.next_lawful_at):
        return Outcome(what="held", why=message.refused_why, at=message.next_lawful_at, message_id=message.id)
    return Outcome(what="refused", why=message.refused_why, message_id=message.id)


def _may_wait(run: SequenceRun, step: Email | Sms, at: datetime | None) -> bool:
    soon = at is not None and at <= clock.now() + LONGEST_DELAY
    return step.refused == "wait" and soon and run.tries < MOST_TRIES


async def add_call(work: Work, run: SequenceRun, step: CallTask) -> Outcome:
    values = TaskValues(title=step.title, kind="call", due_at=clock.now(), priority=step.priority)
    return await _task(work, run, values)


async def add_to_do(work: Work, run: SequenceRun, step: ToDo) -> Outcome:
    values = TaskValues(title=step.title, due_at=clock.now() + timedelta(days=step.days), priority=step.priority)
    return await _task(work, run, values)


async def _task(work: Work, run: SequenceRun, values: TaskValues) -> Outcome:
    """For whoever owns the lead now; nobody's while nobody does."""
    lead = await _lead(work, run)
    await add_task(
        work, msgspec.structs.replace(values, assignee_id=lead.owner_id), entity="lead", entity_id=run.lead_id
    )
    return Outcome()


async def wait(work: Work, run: SequenceRun, step: Wait) -> Outcome:
    """It is over: the row came due."""
    return Outcome()


async def branch(work: Work, run: SequenceRun, step: If) -> Outcome:
    return Outcome(what="yes" if await holds(work, step.where, await _lead(work, run)) else "no")


async def split(work: Work, run: SequenceRun, step: Split) -> Outcome:
    """By the run and the step alone, so however often it is tried it is the same arm; the arm that won meanwhile wins
    for everybody.
    """
    sequence = await work.get(Sequence, run.sequence_id)
    assert sequence is not None
    live = (await program_of(work, sequence.id, sequence.version)).get(step.id)
    if live is not None and isinstance(live.step, Split):
        step = msgspec.structs.replace(step, kept=live.step.kept)
    arm = arm_of(step, str(run.id))
    return Outcome(what=outcome_of(step, arm.name), why=arm.label)


async def set_field(work: Work, run: SequenceRun, step: SetField) -> Outcome:
    """Raises Invalid for a value that the field does not take any more."""
    fieldset = (await fields.fill_options(work, await fields.registry(work, "lead"))).only([step.field])
    values, errors = fields.parse(fieldset, {step.field: step.value}, zone=ZoneInfo(await config.get(work, "zone")))
    if errors:
        raise Invalid(errors)
    await leads.update(work, run.lead_id, values)
    return Outcome()


async def move_stage(work: Work, run: SequenceRun, step: MoveStage) -> Outcome:
    """Raises Invalid where the stage demands what the lead does not hold."""
    await leads.change_stage(work, run.lead_id, step.stage)
    return Outcome()


async def tell_people(work: Work, run: SequenceRun, step: Notify) -> Outcome:
    """Nobody to tell is no fault of the lead's."""
    lead, sequence = await _lead(work, run), await work.get(Sequence, run.sequence_id)
    told = [lead.owner_id] if step.who == "owner" and lead.owner_id else await holders(work, "leads.assign")
    label = sequence.label if sequence else ""
    await team.notify(work, "sequence.told", told, "lead", run.lead_id, title=step.title, sequence=label)
    return Outcome() if told else Outcome(why=later("There was nobody to tell"))


async def post(work: Work, run: SequenceRun, step: Webhook) -> Outcome:
    """Once for this turn; `app.sequences.service.hooks` goes on when there is an answer."""
    await agenda.add(work, "sequences.post", run.id, run.turn, key=f"sequences.post:{run.id}:{run.turn}")
    return Outcome(what="outside")


async def _lead(work: Work, run: SequenceRun) -> Lead:
    lead = await work.get(Lead, run.lead_id)
    assert lead is not None
    return lead


DOES: dict[type[Any], Callable[[Work, SequenceRun, Any], Awaitable[Outcome]]] = {
    Email: send,
    Sms: send,
    CallTask: add_call,
    ToDo: add_to_do,
    Wait: wait,
    If: branch,
    Split: split,
    SetField: set_field,
    MoveStage: move_stage,
    Notify: tell_people,
    Webhook: post,
}


def reaches_out(step: Step) -> bool:
    """Whether the gate is asked, so that its lock comes first."""
    return isinstance(step, Email | Sms)


def writes_lead(step: Step) -> bool:
    return isinstance(step, CallTask | ToDo | SetField | MoveStage)
