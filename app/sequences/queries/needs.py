"""What sequences have for the administrator's home: people who got stuck in one."""

from sqlalchemy import func, select

from app.core.attention import Need
from app.core.permissions import Person
from app.core.work import Work
from app.sequences.models import Sequence, SequenceRun
from themes.catalogue import say


async def needs(work: Work, person: Person) -> list[Need]:
    """One line for each sequence with stuck runs."""
    if not person.may("sequences.manage"):
        return []
    stuck = select(Sequence.id, Sequence.label, func.count().label("n")).join(
        SequenceRun, SequenceRun.sequence_id == Sequence.id
    )
    stuck = stuck.where(SequenceRun.state == "failed", Sequence.archived_at.is_(None)).group_by(Sequence.id)
    return [
        Need(
            sentence=say("%(n)s stuck in “%(sequence)s”", n=row.n, sequence=row.label),
            count=row.n,
            url=f"/admin/sequences/{row.id}/runs?state=failed",
            verb=say("Look"),
            tone="error",
        )
        for row in await work.execute(stuck)
    ]
