"""What sequences have for the administrator's home: people who got stuck in one, addresses that refuse."""

from sqlalchemy import func, select

from app.core.attention import Need
from app.core.permissions import Person
from app.core.work import Work
from app.sequences.models import Sequence, SequenceRun
from app.sequences.service import standings
from themes.catalogue import say


async def needs(work: Work, person: Person) -> list[Need]:
    """One line for each sequence with stuck runs, and one for each webhook that was paused."""
    if not person.may("sequences.manage"):
        return []
    return [*await _stuck(work), *await _paused(work)]


async def _paused(work: Work) -> list[Need]:
    paused = {place: known for place, known in (await standings(work)).items() if known.paused_at is not None}
    if not paused:
        return []
    among = Sequence.id.in_({sequence_id for sequence_id, _ in paused}), Sequence.archived_at.is_(None)
    known_as = {row.id: row.label for row in await work.execute(select(Sequence.id, Sequence.label).where(*among))}
    return [
        Need(
            sentence=say(
                "“%(sequence)s” waits for %(host)s: %(said)s", sequence=label, host=known.host, said=known.said
            ),
            count=1,
            url=f"/admin/sequences/{sequence_id}#step-{step_id}",
            verb=say("Look"),
            tone="error",
        )
        for (sequence_id, step_id), known in paused.items()
        if (label := known_as.get(sequence_id))
    ]


async def _stuck(work: Work) -> list[Need]:
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
