"""Whoever wrote a message hears that it did not arrive. What was refused or came in, services tell themselves."""

from uuid import UUID

from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work
from app.messages.models import Message
from app.team import service as team


@events.after("message.bounced", "message.failed", "message.complained")
async def look_at_health(work: Work, event: Event) -> None:
    """However many come back at once, it is looked at once."""
    await agenda.add(work, "messages.look_at_health", key="messages.look_at_health")


@events.after("message.failed", "message.bounced", "message.unknown")
async def tell_author(work: Work, event: Event) -> None:
    message = await work.get(Message, UUID(event.payload["message"]))
    if message is not None and message.author_id and event.entity == "lead":
        await team.notify(work, "message.stuck", [message.author_id], "lead", event.entity_id, to_doer=True)
