"""What a sequence must be before it may be turned on: every fault found, each with its step."""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.core import clock, conditions, config, fields
from app.core.conditions import ConditionError
from app.core.errors import FieldError, Invalid
from app.core.fields import FieldSet
from app.core.ports.doors import egress
from app.core.ports.egress import NotAllowed
from app.core.work import Work
from app.leads import service as leads
from app.messages import service as messages
from app.messages.service import TemplateValues
from app.sequences.models import (
    ABOUT,
    EVENTS,
    CallTask,
    Email,
    If,
    MoveStage,
    Notify,
    Sequence,
    SetField,
    Sms,
    Split,
    Step,
    Stops,
    ToDo,
    Trigger,
    Wait,
    Webhook,
    read,
    walk,
)
from app.sequences.models.steps import DEEPEST, MOST_ARMS, MOST_STEPS
from app.sequences.models.timing import LONGEST, minute_of
from themes.catalogue import say

LONGEST_TITLE, LONGEST_ARM = 200, 60


class _Known(msgspec.Struct, frozen=True):
    """What steps are checked against."""

    fieldset: FieldSet
    stages: frozenset[str]
    zone: ZoneInfo


async def faults(work: Work, sequence: Sequence) -> list[FieldError]:
    """Everything that keeps it from being turned on; a fault's field is `trigger`, `where`, `stops` or
    `step-<id>`.
    """
    known = await _known(work)
    found = _trigger(msgspec.convert(sequence.trigger, Trigger), sequence.where, known)
    found += _stops(msgspec.convert(sequence.stops, Stops), known)
    try:
        steps = read(sequence.steps)
    except msgspec.ValidationError:
        return [
            *found,
            FieldError("steps", "invalid_format", "These steps can't be read. Take the last change back."),
        ]
    return found + await step_faults(work, steps)


async def step_faults(work: Work, steps: list[Step]) -> list[FieldError]:
    """The faults of the steps alone."""
    known, placed = await _known(work), list(walk(steps))
    found = []
    if not placed:
        found.append(FieldError("steps", "missing", "Add a step first."))
    if len(placed) > MOST_STEPS:
        found.append(
            FieldError(
                "steps",
                "too_long",
                say("This has %(count)s steps; the limit is %(limit)s.", count=len(placed), limit=MOST_STEPS),
            )
        )
    for number, each in enumerate(placed, 1):
        said = [] if each.depth <= DEEPEST else [say("Branches go %(most)s deep at most", most=DEEPEST)]
        said += await check_step(work, each.step, known)
        found += [
            FieldError(
                f"step-{each.step.id}", "not_allowed", say("Step %(number)s: %(fault)s", number=number, fault=say(text))
            )
            for text in said
        ]
    return found


async def check_step(work: Work, step: Step, known: _Known | None = None) -> list[str]:
    """What is wrong with one step, in sentences."""
    return await CHECKS[type(step)](work, step, known or await _known(work))


async def _known(work: Work) -> _Known:
    stages = frozenset(stage.name for stage in await leads.stages(work))
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    return _Known(fieldset, stages, ZoneInfo(await config.get(work, "zone")))


def condition_faults(raw: dict[str, Any], known: _Known, *, searching: bool = False) -> list[str]:
    try:
        conditions.check(raw, known.fieldset, searching=searching, kept=True, zone=known.zone)
    except ConditionError as problem:
        return [problem.detail]
    return []


def _trigger(trigger: Trigger, where: dict[str, Any], known: _Known) -> list[FieldError]:
    said = []
    if trigger.by == "event":
        said += [] if trigger.events else [say("Choose what starts it.")]
        said += [say("Nothing is known as %(event)s.", event=kind) for kind in trigger.events if kind not in EVENTS]
        if trigger.among and not any(kind in ABOUT for kind in trigger.events):
            said.append(say("This start can't be narrowed down."))
    if trigger.by == "quiet" and not 1 <= trigger.days <= LONGEST.days:
        said.append(say("Enter 1 to %(most)s days without contact.", most=LONGEST.days))
    if trigger.by == "date":
        field = known.fieldset.get(trigger.field)
        if field is None or field.kind not in ("day", "moment") or not field.filterable:
            said.append(say("Choose a date that leads can be filtered by."))
        elif trigger.yearly and (field.builtin or field.kind != "day"):
            said.append(say("Every year needs a date of your own, such as a birthday."))
    found = [FieldError("trigger", "not_allowed", text) for text in said]
    searching = trigger.by in ("quiet", "date")
    return found + [
        FieldError("where", "not_allowed", text) for text in condition_faults(where, known, searching=searching)
    ]


def _stops(stops: Stops, known: _Known) -> list[FieldError]:
    gone = [name for name in stops.stages if name not in known.stages]
    return [
        FieldError("stops", "not_allowed", say("There is no stage %(stage)s any more.", stage=name)) for name in gone
    ]


async def _message(work: Work, step: Email | Sms, known: _Known) -> list[str]:
    """The template is there, its words can be filled in, and the law and the carriers take it from this
    trade.
    """
    try:
        row = await messages.find_template(work, step.template, "email" if isinstance(step, Email) else "sms")
        await messages.check_template(
            work, TemplateValues(**{name: getattr(row, name) for name in TemplateValues.__struct_fields__})
        )
    except Invalid as problem:
        return [_advised(error) for error in problem.errors]
    return []


def _advised(error: FieldError) -> str:
    """What to do instead, where a channel is closed to the trade."""
    told = say(error.message)
    return say("%(fault)s Use e-mail or a call task.", fault=told) if error.code == "not_eligible" else told


async def _title(work: Work, step: CallTask | ToDo | Notify, known: _Known) -> list[str]:
    if not step.title.strip():
        return [say("Say what is to be done, or what they should read.")]
    if len(step.title) > LONGEST_TITLE:
        return [
            say("This has %(count)s characters; the limit is %(limit)s.", count=len(step.title), limit=LONGEST_TITLE)
        ]
    return [] if getattr(step, "days", 0) in range(366) else [say("Enter 0 to 365 days.")]


async def _wait(work: Work, step: Wait, known: _Known) -> list[str]:
    if not (step.span or step.at or step.open):
        return [say("Say how long, or until when.")]
    try:
        if step.span and clock.span(step.span) > LONGEST:
            return [say("Wait %(most)s days at most.", most=LONGEST.days)]
    except (ValueError, OverflowError) as problem:
        return [str(problem)]
    try:
        minute_of(step.at or "0:00")
    except ValueError:
        return [say("Write the time as 10:00.")]
    return []


async def _if(work: Work, step: If, known: _Known) -> list[str]:
    if not step.where:
        return [say("Say what is asked.")]
    said = condition_faults(step.where, known)
    return said if step.then or step.otherwise else [*said, say("Put a step into one of its branches.")]


async def _split(work: Work, step: Split, known: _Known) -> list[str]:
    labels = [arm.label for arm in step.arms]
    if not 2 <= len(labels) <= MOST_ARMS:
        return [say("A test has 2 to %(most)s arms; this has %(count)s.", most=MOST_ARMS, count=len(labels))]
    if not all(labels) or len({label.casefold() for label in labels}) < len(labels):
        return [say("Give each arm a name of its own.")]
    if any(len(label) > LONGEST_ARM for label in labels):
        return [say("Names of arms have %(most)s characters at most.", most=LONGEST_ARM)]
    if not all(arm.weight in range(1, 1001) for arm in step.arms):
        return [say("Give each arm a weight of 1 to 1,000.")]
    return [] if any(arm.steps for arm in step.arms) else [say("Put a step into one of its branches.")]


async def _field(work: Work, step: SetField, known: _Known) -> list[str]:
    field = known.fieldset.get(step.field)
    if field is None or not field.writable or field.sensitive:
        return [say("Choose a field that can be written and is not sealed.")]
    _, errors = fields.parse(known.fieldset.only([step.field]), {step.field: step.value}, zone=known.zone)
    return [say(error.message) for error in errors]


async def _stage(work: Work, step: MoveStage, known: _Known) -> list[str]:
    if step.stage in known.stages:
        return []
    if not step.stage:
        return [say("There is no stage without a name. Choose another one.")]
    return [say("There is no stage %(stage)s. Choose another one.", stage=step.stage)]


async def _webhook(work: Work, step: Webhook, known: _Known) -> list[str]:
    try:
        egress().check(step.url)
    except NotAllowed as problem:
        return [str(problem)]
    named = [(name, known.fieldset.get(name)) for name in step.fields]
    lost = [name for name, field in named if field is None or field.sensitive]
    return [say("“%(field)s” is gone, or sealed. Take it out.", field=lost[0])] if lost else []


CHECKS: dict[type[Any], Callable[[Work, Any, _Known], Awaitable[list[str]]]] = {
    Email: _message,
    Sms: _message,
    CallTask: _title,
    ToDo: _title,
    Wait: _wait,
    If: _if,
    Split: _split,
    SetField: _field,
    MoveStage: _stage,
    Notify: _title,
    Webhook: _webhook,
}
