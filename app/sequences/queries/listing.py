"""Sequences as their pages show them: counts, steps, people in them, one person's path."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, tuple_

from app.contacts.models import Contact
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible
from app.messages.models import Message
from app.messages.queries import STATE_WORDS
from app.sequences.models import (
    ARM,
    Placed,
    Sequence,
    SequenceRun,
    SequenceTrace,
    SequenceVersion,
    kind_of,
    read,
    walk,
    write,
)
from app.sequences.queries.words import LABELS, SIGNS, Words, words
from themes.catalogue import say

SCREEN = 50


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A sequence in the list. `counts`: waiting, done, stopped, refused, failed."""

    sequence: Sequence
    starts: str
    counts: Counter[str]


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step on the page, with how many stand there and what became of the others."""

    placed: Placed
    number: int
    kind: str
    label: str
    sign: str
    text: str
    under: str
    counts: Counter[str]


class RunLine(msgspec.Struct, frozen=True, kw_only=True):
    """One person in a sequence."""

    run: SequenceRun
    sequence: str
    name: str
    step: str


class TraceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `message` says what became of what was sent, as far as it is known."""

    at: datetime
    what: str
    label: str
    sign: str
    text: str
    why: str
    next_at: datetime | None
    by: str
    message: str


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """One person's path: what happened, where they stand."""

    line: RunLine
    trace: list[TraceLine]
    here: StepLine | None


async def sequences(work: Work) -> list[Line]:
    rows = await work.scalars(
        select(Sequence).where(Sequence.archived_at.is_(None)).order_by(Sequence.position, Sequence.created_at)
    )
    known, counted = await words(work), await _counts(work)
    return [Line(sequence=row, starts=known.starts(row), counts=counted[row.id]) for row in rows]


async def _counts(work: Work) -> dict[UUID, Counter[str]]:
    found: dict[UUID, Counter[str]] = defaultdict(Counter)
    runs = select(SequenceRun.sequence_id, SequenceRun.state, func.count()).group_by(
        SequenceRun.sequence_id, SequenceRun.state
    )
    for sequence_id, state, number in await work.execute(runs):
        found[sequence_id]["waiting" if state in ("active", "paused") else state] += number
    refused = select(SequenceTrace.sequence_id, func.count()).where(SequenceTrace.what == "refused")
    for sequence_id, number in await work.execute(refused.group_by(SequenceTrace.sequence_id)):
        found[sequence_id]["refused"] = number
    return found


async def sequence(work: Work, sequence_id: UUID) -> Sequence:
    """Raises NotFound, also for an archived one."""
    row = await work.get(Sequence, sequence_id)
    if row is None or row.archived_at is not None:
        raise NotFound
    return row


async def steps(work: Work, row: Sequence, known: Words) -> list[StepLine]:
    """The draft, step by step."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    happened = select(SequenceTrace.step, SequenceTrace.what, func.count()).where(SequenceTrace.sequence_id == row.id)
    for step, what, number in await work.execute(happened.group_by(SequenceTrace.step, SequenceTrace.what)):
        counted[step]["done" if what in ("yes", "no") or what.startswith(ARM) else what] += number
    standing = select(SequenceRun.step, func.count()).where(
        SequenceRun.sequence_id == row.id, SequenceRun.state.in_(("active", "paused", "failed"))
    )
    for step, number in await work.execute(standing.group_by(SequenceRun.step)):
        counted[step]["waiting"] = number
    placed = list(walk(read(row.steps)))
    return [_step_line(each, number, known, counted[each.step.id]) for number, each in enumerate(placed, 1)]


def _step_line(placed: Placed, number: int, known: Words, counts: Counter[str]) -> StepLine:
    kind = kind_of(placed.step)
    return StepLine(
        placed=placed,
        number=number,
        kind=kind,
        label=say(LABELS[kind]),
        sign=SIGNS[kind],
        text=known.step(placed.step),
        under=known.under(placed.step),
        counts=counts,
    )


async def unpublished(work: Work, row: Sequence) -> bool:
    """Whether the draft says something else than what runs."""
    if not row.version:
        return True
    live = await work.scalar(
        select(SequenceVersion.steps).where(
            SequenceVersion.sequence_id == row.id, SequenceVersion.version == row.version
        )
    )
    return write(read(live or [])) != write(read(row.steps))


async def under_way(work: Work, row: Sequence) -> int:
    """How many people are in it now."""
    found = select(func.count()).where(SequenceRun.sequence_id == row.id, SequenceRun.state.in_(("active", "paused")))
    return int(await work.scalar(found) or 0)


async def standing_on(work: Work, row: Sequence, step_id: str) -> int:
    """How many people stand on this step now."""
    found = select(func.count()).where(
        SequenceRun.sequence_id == row.id, SequenceRun.state.in_(("active", "paused")), SequenceRun.step == step_id
    )
    return int(await work.scalar(found) or 0)


async def runs(
    work: Work, person: Person, row: Sequence, *, state: str = "", cursor: str = "", limit: int = SCREEN
) -> tuple[list[RunLine], str]:
    """One line a person, those who entered last first. Raises NotFound for a cursor that is none."""
    found = (
        select(SequenceRun, Contact)
        .join(Lead, Lead.id == SequenceRun.lead_id)
        .join(Contact, Contact.id == Lead.contact_id)
        .where(SequenceRun.sequence_id == row.id, await visible(work, person))
        .order_by(SequenceRun.started_at.desc(), SequenceRun.id.desc())
    )
    if state:
        found = found.where(SequenceRun.state == state)
    if cursor:
        found = found.where(tuple_(SequenceRun.started_at, SequenceRun.id) < tuple_(*_position(cursor)))
    rows = (await work.execute(found.limit(limit + 1))).all()
    shown, known = rows[:limit], await words(work)
    following = f"{shown[-1][0].started_at.isoformat()}_{shown[-1][0].id}" if len(rows) > limit else ""
    return [await _run_line(work, run, row.label, contact.name, known) for run, contact in shown], following


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, run_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(run_id)
    except ValueError:
        raise NotFound from None


async def _run_line(work: Work, run: SequenceRun, label: str, name: str, known: Words) -> RunLine:
    placed = (await _placed(work, run)).get(run.step)
    text = f"{say(LABELS[kind_of(placed.step)])}: {known.step(placed.step)}" if placed else ""
    return RunLine(run=run, sequence=label, name=name, step=text)


async def _placed(work: Work, run: SequenceRun) -> dict[str, Placed]:
    """The steps that this run follows, by id; one read per version."""
    known: dict[Any, dict[str, Placed]] = work.info.setdefault("sequence_steps", {})
    key = (run.sequence_id, run.version)
    if key not in known:
        found = select(SequenceVersion.steps).where(
            SequenceVersion.sequence_id == run.sequence_id, SequenceVersion.version == run.version
        )
        known[key] = {placed.step.id: placed for placed in walk(read(await work.scalar(found) or []))}
    return known[key]


async def run_page(work: Work, person: Person, run_id: UUID) -> RunPage:
    """Raises NotFound, also where the lead is out of reach."""
    found = (
        select(SequenceRun, Sequence.label, Contact)
        .join(Sequence, Sequence.id == SequenceRun.sequence_id)
        .join(Lead, Lead.id == SequenceRun.lead_id)
        .join(Contact, Contact.id == Lead.contact_id)
        .where(SequenceRun.id == run_id, await visible(work, person))
    )
    row = (await work.execute(found)).first()
    if row is None:
        raise NotFound
    run, label, contact = row
    known, placed = await words(work), await _placed(work, run)
    lines = list(
        await work.scalars(select(SequenceTrace).where(SequenceTrace.run_id == run.id).order_by(SequenceTrace.id))
    )
    sent = await _messages(work, lines)
    here = placed.get(run.step) if run.state in ("active", "paused", "failed") else None
    return RunPage(
        line=await _run_line(work, run, label, contact.name, known),
        trace=[_trace_line(line, placed, known, sent) for line in lines],
        here=_step_line(here, 0, known, Counter()) if here else None,
    )


async def _messages(work: Work, lines: Iterable[SequenceTrace]) -> dict[UUID, str]:
    ids = [line.message_id for line in lines if line.message_id]
    if not ids:
        return {}
    rows = await work.execute(select(Message.id, Message.state).where(Message.id.in_(ids)))
    return {row.id: say(STATE_WORDS.get(row.state, "")) for row in rows}


def _trace_line(line: SequenceTrace, placed: dict[str, Placed], known: Words, sent: dict[UUID, str]) -> TraceLine:
    at = placed.get(line.step) if line.kind else None
    return TraceLine(
        at=line.at,
        what="arm" if line.what.startswith(ARM) else line.what,
        label=say(LABELS.get(line.kind, "")),
        sign=SIGNS.get(line.kind, "circle-dot"),
        text=known.step(at.step) if at else "",
        why=say(line.why),
        next_at=line.next_at,
        by=line.by_name,
        message=sent.get(line.message_id, "") if line.message_id else "",
    )


async def of_lead(work: Work, lead_id: UUID) -> list[RunLine]:
    """What a lead is in now. The caller has found the lead within reach."""
    found = (
        select(SequenceRun, Sequence.label)
        .join(Sequence, Sequence.id == SequenceRun.sequence_id)
        .where(SequenceRun.lead_id == lead_id, SequenceRun.state.in_(("active", "paused", "failed")))
        .order_by(SequenceRun.started_at)
    )
    known = await words(work)
    return [await _run_line(work, run, label, "", known) for run, label in await work.execute(found)]


async def open_to_hand(work: Work) -> list[tuple[str, str]]:
    """Sequences that a lead can be put into now."""
    found = select(Sequence.id, Sequence.label).where(Sequence.state == "on", Sequence.archived_at.is_(None))
    return [(str(row.id), row.label) for row in await work.execute(found.order_by(Sequence.position, Sequence.label))]


async def labels(work: Work, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await work.execute(select(Sequence.id, Sequence.label).where(Sequence.id.in_(set(ids))))
    return {row.id: row.label for row in rows}
