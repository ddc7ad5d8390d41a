"""What leaves, leaves from the agenda: the effect stands with the way out, and is declared by importing it."""

from uuid import UUID

from app.core import agenda
from app.core.work import Work
from app.messages import service
from app.messages.service import leaving as leaving


@agenda.job("messages.look_at_health")
async def look_at_health(work: Work) -> None:
    await service.health.look(work)


@agenda.job("messages.release", queue="send")
async def release(work: Work, message_id: UUID) -> None:
    await service.release(work, message_id)


@agenda.job("messages.release_later", queue="send")
async def release_later(work: Work, message_id: UUID) -> None:
    """The same, put off: its row has a key of its own."""
    await service.release(work, message_id)
