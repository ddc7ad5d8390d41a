"""A lead's facts changed: its last day may have."""

from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.screening import service


@events.inside("lead.created", "lead.updated")
async def keep_last_day(work: Work, event: Event) -> None:
    """Only where a fact that counts was touched."""
    chosen = await service.setup(work)
    if chosen is None or not chosen.incident or event.payload.get("test"):
        return
    counts = {chosen.incident, chosen.state, chosen.minor, chosen.public}
    if event.kind == "lead.created" or counts & set(event.payload.get("fields", ())):
        await service.recompute(work, event.entity_id)
