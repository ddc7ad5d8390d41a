"""What people decide about a message: it needs no answer, it is taken back, it arrived after all."""

from uuid import UUID

from sqlalchemy import text

from app.compliance import service as compliance
from app.core import agenda, clock
from app.core.work import Work
from app.messages.models import Message
from app.messages.service import later
from app.messages.service.conversations import still_waits
from app.messages.service.rows import locked, recorded


async def mark_answered(work: Work, message_id: UUID) -> Message:
    """Nothing to answer, or answered another way. Raises NotFound."""
    message = await locked(work, message_id)
    if message.answered_at is None:
        message.answered_at = clock.now()
        recorded(work, "message.answered", message)
        await work.flush()
        await still_waits(work, message.contact_id)
    return message


async def cancel(work: Work, message_id: UUID) -> Message:
    """Take back a message that has not left. What has left stays. Raises NotFound."""
    message = await locked(work, message_id)
    if message.state == "queued":
        message.state = "canceled"
        await agenda.cancel(work, later.key(message.id))
        await compliance.void(work, message.attempt_id)
        await work.flush()
        recorded(work, "message.canceled", message)
    return message


async def resolve(work: Work, message_id: UUID, *, arrived: bool) -> Message:
    """Somebody found out what became of a message in doubt. It is not sent again by this. Raises NotFound."""
    message = await locked(work, message_id)
    if message.state == "unknown":
        message.state = "sent" if arrived else "failed"
        message.sent_at = message.at if arrived else None
        if not arrived:
            await compliance.void(work, message.attempt_id)
        parked = "delete from spine.agenda where id = :id and state = 'parked' and tenant_role = current_user"
        await work.execute(text(parked), {"id": message.agenda_id})
        recorded(work, "message.resolved", message, arrived=arrived)
        await work.flush()
    return message
