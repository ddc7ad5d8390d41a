"""How sequences read in a lead's timeline."""

from uuid import UUID

from app.core.events import Event, kind_of
from app.core.timeline import TimelineItem, Tone
from app.core.work import Work
from app.sequences.models import SequenceRun
from app.sequences.queries.listing import labels
from themes.catalogue import later, say

SAYS = {
    "sequence.started": later("entered “%(sequence)s”"),
    "sequence.finished": later("came to the end of “%(sequence)s”"),
    "sequence.stopped": later("left “%(sequence)s”"),
    "sequence.held": later("paused “%(sequence)s” here"),
    "sequence.resumed": later("let “%(sequence)s” go on here"),
    "sequence.failed": later("got stuck in “%(sequence)s”"),
}
TONES: dict[str, Tone] = {"sequence.failed": "error", "sequence.finished": "success"}


async def describe_sequences(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    ids = [UUID(str(event.payload["sequence"])) for event in found if "sequence" in event.payload]
    known = await labels(work, ids)
    return {event.id: await _item(work, event, known) for event in found if event.kind in SAYS}


async def _item(work: Work, event: Event, known: dict[UUID, str]) -> TimelineItem:
    label = known.get(UUID(str(event.payload.get("sequence"))), say("a sequence"))
    run = await work.get(SequenceRun, UUID(str(event.payload["run"])))
    why = run.why if run is not None and event.kind in ("sequence.stopped", "sequence.failed") else ""
    return TimelineItem(
        title=say(SAYS[event.kind], sequence=label),
        body=say(why),
        icon=kind_of(event.kind).icon,
        tone=TONES.get(event.kind, ""),
        url=f"/admin/sequences/runs/{event.payload['run']}",
    )
