"""The blueprint's sequences as cards: what each does, step by step, and what it needs to do it here."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from app.core.work import Work
from app.messages.queries import templates
from app.sequences.models import (
    Email,
    If,
    MoveStage,
    Sequence,
    SetField,
    Sms,
    Step,
    Stops,
    Trigger,
    kind_of,
    read,
    walk,
)
from app.sequences.queries.words import LABELS, SIGNS, Words
from app.sequences.service import shipped
from themes.catalogue import say


class Needed(msgspec.Struct, frozen=True):
    """Something that it works with; `there` when the tenant has it."""

    text: str
    there: bool


class CardStep(msgspec.Struct, frozen=True):
    label: str
    sign: str
    text: str
    depth: int


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """`yours`: the sequence of the same name that the tenant has already."""

    name: str
    label: str
    summary: str
    starts: str
    stops: str
    steps: list[CardStep]
    needs: list[Needed]
    yours: UUID | None


async def library(work: Work, known: Words) -> list[Card]:
    """In the blueprint's order; empty where it brings none."""
    rows = shipped(work)
    if not rows:
        return []
    live = {row.name for row in await templates(work)}
    yours = await _in_use(work)
    return [_card(row, known, live, yours.get(row.label)) for row in rows]


async def _in_use(work: Work) -> dict[str, UUID]:
    rows = await work.execute(select(Sequence.id, Sequence.label).where(Sequence.archived_at.is_(None)))
    return {row.label: row.id for row in rows}


def _card(row: Sequence, known: Words, live: set[str], yours: UUID | None) -> Card:
    placed = list(walk(read(row.steps)))
    return Card(
        name=row.name,
        label=row.label,
        summary=row.summary,
        starts=known.starts(row),
        stops=known.stops(row),
        steps=[_step(each.step, each.depth, known) for each in placed],
        needs=list(dict.fromkeys(_needed(row, [each.step for each in placed], known, live))),
        yours=yours,
    )


def _step(step: Step, depth: int, known: Words) -> CardStep:
    kind = kind_of(step)
    return CardStep(say(LABELS[kind]), SIGNS[kind], known.step(step), depth)


def _needed(row: Sequence, steps: list[Step], known: Words, live: set[str]) -> Iterator[Needed]:
    """Templates, consent, and whatever of the tenant's own it names and may have lost."""
    for step in steps:
        if isinstance(step, Email | Sms):
            label = known.templates.get(step.template, (step.template, ""))[0]
            said = (
                say("E-mail “%(name)s”", name=label) if isinstance(step, Email) else say("Text “%(name)s”", name=label)
            )
            yield Needed(said, step.template in live)
    if any(isinstance(step, Sms) for step in steps):
        yield Needed(say("Consent to texts"), True)
    yield from (Needed(say("Field “%(name)s”", name=name), False) for name in _lost_fields(row, steps, known))
    yield from (Needed(say("Stage “%(name)s”", name=name), False) for name in _lost_stages(row, steps, known))


def _lost_fields(row: Sequence, steps: list[Step], known: Words) -> list[str]:
    trigger = msgspec.convert(row.trigger, Trigger)
    names = {*_fields(row.where), *([trigger.field] if trigger.field else [])}
    for step in steps:
        names |= _fields(step.where) if isinstance(step, If) else {step.field} if isinstance(step, SetField) else set()
    return sorted(name for name in names if known.fieldset.get(name) is None)


def _fields(raw: Any) -> set[str]:
    """Names in a condition as it stands, whether or not they are known here."""
    if isinstance(raw, list):
        return {name for each in raw for name in _fields(each)}
    if not isinstance(raw, dict):
        return set()
    own = {str(raw["field"])} if "field" in raw else set()
    return own | {name for value in raw.values() for name in _fields(value)}


def _lost_stages(row: Sequence, steps: list[Step], known: Words) -> list[str]:
    trigger, stops = msgspec.convert(row.trigger, Trigger), msgspec.convert(row.stops, Stops)
    among = trigger.among if "lead.stage_changed" in trigger.events else ()
    names = {*among, *stops.stages, *(step.stage for step in steps if isinstance(step, MoveStage))}
    return sorted(names - known.stages.keys())
