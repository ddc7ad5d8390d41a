"""Reading the secure messages of the portal: by whoever stands for the contact, or within whose reach the lead lies."""

from uuid import UUID

from sqlalchemy import func, select

from app.core.work import Work
from app.messages.models import Message

MOST = 200


async def in_portal(work: Work, contact_id: UUID) -> list[Message]:
    """The secure messages of the portal between us and this person, the newest last."""
    found = select(Message).where(Message.contact_id == contact_id, Message.channel == "portal")
    rows = list(await work.scalars(found.order_by(Message.at.desc(), Message.id.desc()).limit(MOST)))
    return rows[::-1]


async def unread_in_portal(work: Work, contact_id: UUID) -> int:
    """What we wrote there and the client has not opened."""
    unread = (Message.channel == "portal", Message.direction == "out", Message.delivered_at.is_(None))
    found = select(func.count()).select_from(Message).where(Message.contact_id == contact_id, *unread)
    return await work.scalar(found) or 0
