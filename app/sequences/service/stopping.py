"""What ends a run from outside: an answer, a no, a booking, a stage. In the transaction in which it
happens.

The step that is under way at that moment holds the run's lock: either it sees the stop, or its message,
not yet gone, is taken back.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.core.work import Work
from app.sequences.models import Sequence, SequenceRun
from app.sequences.service import runs
from themes.catalogue import say


async def stop_for(
    work: Work,
    rule: str,
    why: str,
    *,
    contacts: Collection[UUID] = (),
    leads: Collection[UUID] = (),
) -> int:
    """Stop whatever of these people, or of these leads, stops for the rule ("" for everything). How many
    there were.
    """
    who = or_(SequenceRun.contact_id.in_(contacts), SequenceRun.lead_id.in_(leads))
    return await _stop(work, who, lambda sequence: not rule or rule in runs.stops_of(sequence).rules, why)


async def stop_at_stage(work: Work, lead_id: UUID, kind: str, name: str) -> int:
    """The lead moved into this stage."""

    def ends(sequence: Sequence) -> bool:
        return runs.stops_of(sequence).by_stage(kind, name)

    return await _stop(work, SequenceRun.lead_id == lead_id, ends, say("Moved to %(stage)s", stage=name))


async def _stop(work: Work, who: ColumnElement[bool], ends: object, why: str) -> int:
    found = (
        select(SequenceRun.id, Sequence)
        .join(Sequence, Sequence.id == SequenceRun.sequence_id)
        .where(who, SequenceRun.state.in_(runs.OPEN))
        .order_by(SequenceRun.id)
    )
    rows = [(run_id, sequence) for run_id, sequence in await work.execute(found) if ends(sequence)]  # type: ignore[operator]
    for run_id, _ in rows:
        await runs.stop(work, run_id, why)
    return len(rows)
