"""Sequences in sentences: what starts one, what ends it, what a step does."""

from collections.abc import Callable, Iterable
from datetime import datetime, time
from functools import reduce
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
from themes.catalogue import later, say, say_many
from themes.terms import worded
from themes.view import current

LABELS = {
    "email": later("E-mail"),
    "sms": later("Text"),
    "call_task": later("Call task"),
    "task": later("Task"),
    "wait": later("Wait"),
    "if": later("If"),
    "split": later("Split test"),
    "field": later("Set a field"),
    "stage": later("Move to a stage"),
    "notify": later("Tell our people"),
    "webhook": later("Webhook"),
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
# Days before or after a date, or the day itself; whether every year.
DATES = {
    (1, False): later("%(days)s days before %(field)s"), (1, True): later("%(days)s days before %(field)s, every year"),
    (-1, False): later("%(days)s days after %(field)s"), (-1, True): later("%(days)s days after %(field)s, every year"),
    (0, False): later("On %(field)s"), (0, True): later("On %(field)s, every year"),
}  # fmt: skip
UNITS: dict[str, Callable[[int], str]] = {
    "m": lambda n: say_many("%(count)s minute", "%(count)s minutes", n),
    "h": lambda n: say_many("%(count)s hour", "%(count)s hours", n),
    "d": lambda n: say_many("%(count)s day", "%(count)s days", n),
    "w": lambda n: say_many("%(count)s week", "%(count)s weeks", n),
}


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
        return say("%(start)s, if %(condition)s", start=said, condition=condition[:1].lower() + condition[1:])

    def _trigger(self, trigger: Trigger) -> str:
        if trigger.by == "quiet":
            return say("After %(days)s days without contact", days=trigger.days)
        if trigger.by == "date":
            field = self.fieldset.get(trigger.field)
            said = DATES[(trigger.days > 0) - (trigger.days < 0), trigger.yearly]
            return say(said, days=abs(trigger.days), field=say(field.label).lower() if field else trigger.field)
        if trigger.by == "hand":
            return worded("When somebody adds the %(lead)s by hand")
        said = _either(worded(EVENTS[kind]) if kind in EVENTS else kind for kind in trigger.events)
        among = _either(self.stages.get(name, name.replace("_", " ")) for name in trigger.among)
        if among:
            return say("When %(events)s (%(among)s)", events=said, among=among)
        return say("When %(events)s", events=said)

    def stops(self, sequence: Sequence) -> str:
        """ "Stops when they reply, book or opt out"."""
        stops = msgspec.convert(sequence.stops, Stops)
        said = [say(STOPS[rule]) for rule in stops.rules if rule in STOPS]
        said += [say("reach %(stage)s", stage=self.stages.get(name, name)) for name in stops.stages]
        if not said:
            return say("Goes to its end")
        return say("Stops when they %(events)s", events=formats.listed(said, "or"))

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
            otherwise = "" if step.refused == "wait" else " · " + say("left out where it can’t be sent at once")
            return self.templates.get(step.template, ("", ""))[1] + otherwise
        if isinstance(step, Notify):
            return say("To whoever owns it") if step.who == "owner" else worded("To everybody who hands %(leads)s out")
        if isinstance(step, Webhook):
            return say_many("Sends %(count)s field, signed", "Sends %(count)s fields, signed", len(step.fields))
        if isinstance(step, ToDo):
            within = say_many("Due within a day", "Due within %(count)s days", step.days)
            return within if step.days else say("Due at once")
        return ""


def _wait(step: Wait) -> str:
    """ "2 days later, 10:00 am their time, once we are open"."""
    parts = [say("%(time)s later", time=spoken(step.span))] if step.span else []
    parts += [say("%(time)s their time", time=_hour(step.at))] if step.at else []
    parts += [say("once we are open")] if step.open else []
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
    return UNITS[unit](int(number))


def _either(words: Iterable[str]) -> str:
    """ "a lead arrives or a task is overdue"."""
    told = list(words)
    return (
        reduce(lambda first, second: say("%(first)s or %(second)s", first=first, second=second), told) if told else ""
    )


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
