"""Sequences in sentences: what starts one, what ends it, what a step does."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from app.core import clock, conditions, config, fields
from app.core.conditions import ConditionError
from app.core.fields import FieldSet
from app.core.work import Work
from app.leads.service import stages
from app.messages.queries import templates
from app.messages.service.uses import Use
from app.sequences.models import (
    EVENTS,
    STOPS,
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
)
from themes import formats
from themes.catalogue import say_many
from themes.terms import worded
from themes.view import current

LABELS = {
    "email": "E-mail",
    "sms": "Text",
    "call_task": "Call task",
    "task": "Task",
    "wait": "Wait",
    "if": "If",
    "split": "Split test",
    "field": "Set a field",
    "stage": "Move to a stage",
    "notify": "Tell our people",
    "webhook": "Webhook",
}
SIGNS = {
    "email": "mail",
    "sms": "message-square",
    "call_task": "phone",
    "task": "list-checks",
    "wait": "hourglass",
    "if": "split",
    "split": "flask-conical",
    "field": "pencil",
    "stage": "milestone",
    "notify": "bell",
    "webhook": "webhook",
}
UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week"}


class Words(msgspec.Struct, frozen=True):
    """What is needed to say anything: read once per page."""

    fieldset: FieldSet
    zone: ZoneInfo
    locale: str
    stages: dict[str, str]
    templates: dict[str, tuple[str, str]]

    def condition(self, raw: dict[str, Any]) -> str:
        try:
            checked = conditions.check(raw, self.fieldset, zone=self.zone)
        except ConditionError as problem:
            return problem.detail
        return conditions.to_sentence(checked, self.fieldset, locale=self.locale, zone=self.zone)

    def starts(self, sequence: Sequence) -> str:
        """ "When a lead arrives and its stage type is New"."""
        said = self._trigger(msgspec.convert(sequence.trigger, Trigger))
        if not sequence.where:
            return said
        condition = self.condition(sequence.where)
        return f"{said}, if {condition[:1].lower()}{condition[1:]}"

    def _trigger(self, trigger: Trigger) -> str:
        if trigger.by == "quiet":
            return f"After {trigger.days} days without contact"
        if trigger.by == "date":
            field = self.fieldset.get(trigger.field)
            far = f"{abs(trigger.days)} days {'before' if trigger.days > 0 else 'after'}" if trigger.days else "On"
            every = ", every year" if trigger.yearly else ""
            return f"{far} {field.label.lower() if field else trigger.field}{every}"
        if trigger.by == "hand":
            return worded("When somebody adds the %(lead)s by hand")
        said = " or ".join(worded(EVENTS[kind]) if kind in EVENTS else kind for kind in trigger.events)
        among = " or ".join(self.stages.get(name, name.replace("_", " ")) for name in trigger.among)
        return f"When {said}" + (f" ({among})" if among else "")

    def stops(self, sequence: Sequence) -> str:
        """ "Stops when they reply, book or opt out"."""
        stops = msgspec.convert(sequence.stops, Stops)
        said = [STOPS[rule] for rule in stops.rules if rule in STOPS]
        said += [f"reach {self.stages.get(name, name)}" for name in stops.stages]
        if not said:
            return "Goes to its end"
        return "Stops when they " + (f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else said[0])

    def step(self, step: Step) -> str:
        """The step in one line."""
        match step:
            case Email() | Sms():
                return self.templates.get(step.template, (step.template, ""))[0]
            case CallTask() | ToDo() | Notify():
                return step.title
            case Wait():
                return _wait(step)
            case If():
                return self.condition(step.where)
            case Split():
                return " · ".join(f"{arm.label} {step.share(arm):.0%}" for arm in step.arms if step.share(arm))
            case SetField():
                field = self.fieldset.get(step.field)
                return f"{field.label if field else step.field}: {step.value}"
            case Webhook():
                return step.host
            case MoveStage():
                return self.stages.get(step.stage, step.stage)

    def under(self, step: Step) -> str:
        """The second line: the first words of a message, when a task is due."""
        if isinstance(step, Email | Sms):
            otherwise = "" if step.refused == "wait" else " · left out where it can’t be sent at once"
            return self.templates.get(step.template, ("", ""))[1] + otherwise
        if isinstance(step, Notify):
            return "To whoever owns it" if step.who == "owner" else "To everybody who hands leads out"
        if isinstance(step, Webhook):
            return say_many("Sends %(count)s field, signed", "Sends %(count)s fields, signed", len(step.fields))
        if isinstance(step, ToDo):
            return f"Due within {step.days} days" if step.days else "Due at once"
        return ""


def _wait(step: Wait) -> str:
    """ "2 days later, 10:00 am their time, once we are open"."""
    parts = [f"{spoken(step.span)} later"] if step.span else []
    parts += [f"{_hour(step.at)} their time"] if step.at else []
    parts += ["once we are open"] if step.open else []
    return ", ".join(parts).capitalize()


def _hour(at: str) -> str:
    """10:00 as people here say it; what is no time as it stands."""
    try:
        return formats.clock_time(datetime.combine(clock.now(), time.fromisoformat(f"{at:0>5}"), current().tz))
    except ValueError:
        return at


def spoken(span: str) -> str:
    """ "2d" as "2 days"; what can't be read as it stands."""
    try:
        clock.span(span)
    except (ValueError, OverflowError):
        return span
    number, unit = span[:-1], span[-1]
    if not number.isdigit() or unit not in UNITS:
        return span
    return f"{number} {UNITS[unit]}{'' if number == '1' else 's'}"


async def words(work: Work) -> Words:
    """Also of archived templates, so that an old run's steps can be told."""
    rows = await templates(work, archived=True)
    return Words(
        fieldset=await fields.fill_options(work, await fields.registry(work, "lead")),
        zone=ZoneInfo(await config.get(work, "zone")),
        locale=work.person.locale if work.person else await config.get(work, "locale"),
        stages={stage.name: stage.label for stage in await stages(work)},
        templates={row.name: (row.label, row.subject or row.body.split("\n")[0][:100]) for row in rows},
    )


async def uses_of_templates(work: Work, names: list[str]) -> dict[str, list[Use]]:
    """Which sequences send which of these templates, at any depth of their branches."""
    rows = await work.scalars(select(Sequence).where(Sequence.archived_at.is_(None)).order_by(Sequence.position))
    found: dict[str, list[Use]] = {}
    for row in rows:
        for name in _sent_by(row.steps) & set(names):
            found.setdefault(name, []).append(Use(row.label, f"/admin/sequences/{row.id}", row.state == "on"))
    return found


def _sent_by(steps: Any) -> set[str]:
    if isinstance(steps, list):
        return {name for step in steps for name in _sent_by(step)}
    if not isinstance(steps, dict):
        return set()
    own = {str(steps["template"])} if steps.get("template") else set()
    return own | {name for value in steps.values() for name in _sent_by(value)}
