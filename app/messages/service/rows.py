"""A message's row held, its refusal, and its events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core import events, live
from app.core.errors import NotFound
from app.core.work import Work
from app.messages.models import Message


async def locked(work: Work, message_id: UUID) -> Message:
    """The row as it is now, held until the transaction ends. Raises NotFound."""
    statement = select(Message).where(Message.id == message_id).with_for_update()
    message = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if message is None:
        raise NotFound
    return message


def recorded(work: Work, kind: str, message: Message, **more: Any) -> None:
    """The event stands on the lead's timeline where there is a lead, else on the person's."""
    entity, entity_id = ("lead", message.lead_id) if message.lead_id else ("contact", message.contact_id)
    said = {"message": message.id, "contact": message.contact_id, "channel": message.channel, **more}
    if message.template_id:
        said["template"] = message.template_id
    if message.cause:
        said["cause"] = message.cause
    events.record(work, kind, entity, entity_id, **said)
    live.tell(work, "messages", message.lead_id or "")


def mark_refused(message: Message, code: str, why: str, next_at: datetime | None) -> None:
    message.state, message.refused_code, message.refused_why, message.next_lawful_at = (
        "refused",
        code,
        why,
        next_at,
    )
