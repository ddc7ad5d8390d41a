"""Holding sequences and runs, and writing down what happens in them.

Locks are taken in one order everywhere: sequence, gate of the person, lead, run, message.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, events, live
from app.core.errors import NotFound
from app.core.work import Work
from app.sequences.models import Node, Sequence, SequenceRun, SequenceTrace, SequenceVersion, lay, read

FRESH = {"populate_existing": True}


async def locked(work: Work, sequence_id: UUID) -> Sequence:
    """To change it: waits until no step of it is under way. Raises NotFound, also for an archived one."""
    found = (
        select(Sequence)
        .where(Sequence.id == sequence_id, Sequence.archived_at.is_(None))
        .with_for_update(key_share=True)
    )
    sequence = (await work.scalars(found, execution_options=FRESH)).first()
    if sequence is None:
        raise NotFound
    return sequence


async def shared(work: Work, sequence_id: UUID) -> Sequence | None:
    """To act by it: it stays as it is until this transaction ends, while others may act by it too."""
    found = select(Sequence).where(Sequence.id == sequence_id).with_for_update(read=True)
    return (await work.scalars(found, execution_options=FRESH)).first()


async def run_locked(work: Work, run_id: UUID) -> SequenceRun:
    """The run as it is now, held until the transaction ends. Raises NotFound."""
    found = select(SequenceRun).where(SequenceRun.id == run_id).with_for_update(key_share=True)
    run = (await work.scalars(found, execution_options=FRESH)).first()
    if run is None:
        raise NotFound
    return run


async def program_of(work: Work, sequence_id: UUID, version: int) -> dict[str, Node]:
    """The published steps laid out; they never change, so one read per unit of work is enough."""
    known: dict[Any, dict[str, Node]] = work.info.setdefault("sequence_programs", {})
    if (sequence_id, version) not in known:
        known[sequence_id, version] = lay(await published(work, sequence_id, version))
    return known[sequence_id, version]


async def published(work: Work, sequence_id: UUID, version: int) -> Any:
    """The steps of one version, in order; none of version 0."""
    found = select(SequenceVersion.steps).where(
        SequenceVersion.sequence_id == sequence_id, SequenceVersion.version == version
    )
    return read(await work.scalar(found) or [])


async def add_version(work: Work, sequence: Sequence, steps: list[dict[str, Any]]) -> None:
    """These steps are what runs begin with from now on; the sequence is locked."""
    sequence.version += 1
    version = SequenceVersion(id=uuid7(), sequence_id=sequence.id, version=sequence.version, steps=steps)
    version.at, version.by_name = clock.now(), work.actor.name
    work.add(version)
    await work.flush()


def note(
    work: Work,
    run: SequenceRun,
    what: str,
    why: str = "",
    *,
    kind: str = "",
    message_id: UUID | None = None,
    next_at: datetime | None = None,
    step: str | None = None,
) -> None:
    """One line of the trace, about the step on which the run stands, or about `step`, which it has left
    behind.
    """
    work.add(
        SequenceTrace(
            id=uuid7(),
            run_id=run.id,
            sequence_id=run.sequence_id,
            step=run.step if step is None else step,
            kind=kind,
            what=what,
            why=why[:500],
            message_id=message_id,
            next_at=next_at,
            at=clock.now(),
            by_name=work.actor.name,
        )
    )


def tell(work: Work, run: SequenceRun, kind: str) -> None:
    """On the lead's timeline, and to whoever looks at it now."""
    events.record(work, kind, "lead", run.lead_id, sequence=run.sequence_id, run=run.id, contact=run.contact_id)
    live.tell(work, "sequences", run.sequence_id)
    live.tell(work, "leads", run.lead_id)


def changed(work: Work, sequence: Sequence, what: str) -> None:
    """Who changed which part of it last, and that it was."""
    sequence.updated_at, sequence.updated_by = clock.now(), work.actor.name
    events.record(
        work,
        "sequence.changed",
        "sequence",
        sequence.id,
        changes={what: (None, sequence.label)},
        fields=[what],
    )
    live.tell(work, "sequences", sequence.id)
