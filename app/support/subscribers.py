"""Whatever people write back goes to its ticket, in the same transaction."""

from uuid import UUID

from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.support import service


@events.inside("message.received")
async def take_in(work: Work, event: Event) -> None:
    """Stop words, read receipts and out-of-office replies are nobody's request."""
    if not event.payload.get("automatic") and not event.payload.get("intent"):
        await service.arrived(work, UUID(event.payload["message"]))
