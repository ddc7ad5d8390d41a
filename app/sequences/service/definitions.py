"""Making and changing sequences: drafts are edited freely, runs follow published versions, the off
switch is immediate.
"""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.core import agenda, clock, events, live
from app.core.errors import Conflict, Invalid, invalid
from app.core.work import Work
from app.sequences.models import Sequence, SequenceRun, Stops, Trigger, read, walk, write
from app.sequences.service import runs
from app.sequences.service.checking import faults
from app.sequences.service.rows import add_version, changed, locked, published
from themes.catalogue import later, say

LONGEST_LABEL = 80
CHUNK = 200


class SequenceValues(msgspec.Struct, frozen=True, kw_only=True):
    """What the head of the page says."""

    label: str
    summary: str = ""
    trigger: Trigger = Trigger()
    where: dict[str, Any] = {}
    stops: Stops = Stops()
    again_days: int | None = None


async def create(work: Work, values: SequenceValues, *, name: str = "") -> Sequence:
    """A draft without steps. Raises Invalid."""
    fresh = uuid7()
    sequence = Sequence(
        id=fresh,
        name=name or f"own_{fresh.hex[-12:]}",
        state="draft",
        steps=[],
        version=0,
        position=0,
        created_at=clock.now(),
        label="",
        summary="",
        trigger={},
        where={},
        stops={},
        updated_at=clock.now(),
    )
    _put(sequence, values)
    work.add(sequence)
    await work.flush()
    changed(work, sequence, "label")
    return sequence


async def change(work: Work, sequence_id: UUID, values: SequenceValues) -> Sequence:
    """Start, stops and name count at once, also for a live one, so a live one must stay right. Raises
    NotFound, Invalid.
    """
    sequence = await locked(work, sequence_id)
    _put(sequence, values)
    if sequence.state == "on" and (
        found := [f for f in await faults(work, sequence) if not f.field.startswith("step")]
    ):
        raise Invalid(found)
    await work.flush()
    changed(work, sequence, "start")
    return sequence


def _put(sequence: Sequence, values: SequenceValues) -> None:
    label = " ".join(values.label.replace("\0", "").split())
    if not 1 <= len(label) <= LONGEST_LABEL:
        raise invalid("label", say("Enter a name of 1 to %(most)s characters.", most=LONGEST_LABEL), "missing")
    if values.again_days is not None and not 0 <= values.again_days <= 3650:
        raise invalid("again_days", "Enter 0 to 3,650 days, or leave it empty.")
    sequence.label, sequence.summary, sequence.again_days = (
        label,
        values.summary.strip()[:500],
        values.again_days,
    )
    sequence.trigger, sequence.where = msgspec.to_builtins(values.trigger), values.where
    sequence.stops = {"rules": list(values.stops.rules), "stages": list(values.stops.stages)}


# --- on and off


async def turn_on(work: Work, sequence_id: UUID, *, move: bool = False) -> Sequence:
    """Publish the draft and let it run; what was held while it was paused goes on. Also publishes
    changes of a live one.

    Those under way keep the steps they began with; with `move` they go over to the new ones where their
    step still stands. Raises NotFound, and Invalid naming every fault with its step.
    """
    sequence = await locked(work, sequence_id)
    if found := await faults(work, sequence):
        raise Invalid(found)
    await _publish(work, sequence)
    if move:
        await _move(work, sequence)
    was, sequence.state = sequence.state, "on"
    work.info.pop("sequence_triggers", None)
    await work.flush()
    await agenda.add(work, "sequences.wake", sequence.id, None)
    if msgspec.convert(sequence.trigger, Trigger).by in ("quiet", "date"):
        await agenda.add(work, "sequences.look", sequence.id, None, key=f"sequences.look:{sequence.id}")
    events.record(
        work,
        "sequence.turned_on",
        "sequence",
        sequence.id,
        changes={"state": (was, "on")},
        version=sequence.version,
    )
    live.tell(work, "sequences", sequence.id)
    return sequence


async def _publish(work: Work, sequence: Sequence) -> None:
    """A new version, unless the draft says what the last one said."""
    if sequence.version and write(await published(work, sequence.id, sequence.version)) == write(read(sequence.steps)):
        return
    await add_version(work, sequence, sequence.steps)


async def _move(work: Work, sequence: Sequence) -> None:
    stands = [placed.step.id for placed in walk(read(sequence.steps))]
    under_way = (
        SequenceRun.sequence_id == sequence.id,
        SequenceRun.state.in_(runs.OPEN),
        SequenceRun.version != sequence.version,
        SequenceRun.step.in_(stands),
    )
    await work.execute(
        update(SequenceRun).where(*under_way).values(version=sequence.version),
        execution_options={"synchronize_session": False},
    )


async def pause(work: Work, sequence_id: UUID) -> Sequence:
    """Nothing of it happens from now on, for anybody; who is in it stays where they are. Raises NotFound."""
    sequence = await locked(work, sequence_id)
    if sequence.state == "on":
        sequence.state = "paused"
        work.info.pop("sequence_triggers", None)
        await work.flush()
        events.record(work, "sequence.paused", "sequence", sequence.id, changes={"state": ("on", "paused")})
        live.tell(work, "sequences", sequence.id)
    return sequence


async def archive(work: Work, sequence_id: UUID) -> Sequence:
    """Out of every list; who is in it leaves it. Raises NotFound, Conflict while it is on."""
    sequence = await locked(work, sequence_id)
    if sequence.state == "on":
        raise Conflict("Pause this sequence before you delete it.")
    sequence.archived_at = clock.now()
    await work.flush()
    await agenda.add(work, "sequences.clear", sequence.id)
    changed(work, sequence, "archived")
    return sequence


async def wake(work: Work, sequence_id: UUID, after: UUID | None) -> None:
    """Put a chunk of what came due while the sequence was paused on the agenda, then the next one.

    Rows that still stand there stay: their keys are taken.
    """
    found = select(SequenceRun.id, SequenceRun.turn).where(
        SequenceRun.sequence_id == sequence_id,
        SequenceRun.state == "active",
        SequenceRun.due_at <= clock.now(),
    )
    found = found.where(SequenceRun.id > after) if after else found
    rows = (await work.execute(found.order_by(SequenceRun.id).limit(CHUNK))).all()
    for row in rows:
        await agenda.add(work, "sequences.step", row.id, row.turn, key=runs.row_key(row.id, row.turn))
    if len(rows) == CHUNK:
        await agenda.add(work, "sequences.wake", sequence_id, rows[-1].id)


async def clear(work: Work, sequence_id: UUID) -> None:
    """A chunk of the runs of a deleted sequence, then the next one."""
    found = select(SequenceRun.id).where(SequenceRun.sequence_id == sequence_id, SequenceRun.state.in_(runs.OPEN))
    ids = (await work.scalars(found.order_by(SequenceRun.id).limit(CHUNK))).all()
    for run_id in ids:
        await runs.stop(work, run_id, later("The sequence was deleted"))
    if len(ids) == CHUNK:
        await agenda.add(work, "sequences.clear", sequence_id)
