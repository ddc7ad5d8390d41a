"""Sending later: the words are kept, the gate is asked when they leave."""

from datetime import datetime, timedelta
from uuid import UUID

from app.core import agenda, clock
from app.core.errors import invalid
from app.core.work import Work
from app.messages.models import Message
from app.messages.service.rows import locked, recorded

FURTHEST = timedelta(days=365)
WAITS_FOR = timedelta(hours=36)  # an hour that is closed when a message is due opens again within this


def check_due(due: datetime) -> None:
    """Raises Invalid for a moment that has passed or lies too far ahead."""
    if due <= clock.now():
        raise invalid("send_at", "This time has passed. Choose one ahead.")
    if due > clock.now() + FURTHEST:
        raise invalid("send_at", "Choose a time within a year.")


async def plan(work: Work, message: Message, due: datetime) -> None:
    """It leaves at its minute; until then it can be taken back."""
    message.due_at = due
    await work.flush()
    await agenda.add(work, "messages.release", message.id, due=due, key=key(message.id))
    recorded(work, "message.scheduled", message)


def key(message_id: UUID) -> str:
    return f"message.release:{message_id}"


async def put_off(work: Work, message: Message, until: datetime) -> None:
    """The law closed the hour that somebody chose: it waits for the first that is open."""
    message.due_at = until
    await work.flush()
    await agenda.add(work, "messages.release_later", message.id, due=until, key=f"{key(message.id)}:{until:%d%H%M}")
    recorded(work, "message.put_off", message)


async def of(work: Work, message_id: UUID) -> Message | None:
    """The message, if it still waits to leave by itself."""
    message = await locked(work, message_id)
    waits = message.state == "queued" and message.attempt_id is None and message.due_at is not None
    return message if waits else None
