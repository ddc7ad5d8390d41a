"""Secure messages: written and read in the client's portal alone. Nothing leaves; a notice without words may tell of one."""

from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.core import clock, live
from app.core.errors import invalid
from app.core.work import Work
from app.messages.models import Message
from app.messages.service.conversations import answered, heard
from app.messages.service.rows import recorded
from app.messages.service.sending import latest_lead
from themes.catalogue import say

LONGEST = 5_000


async def write_in(work: Work, contact_id: UUID, text: str, *, key: str | None = None) -> Message:
    """The client writes to us; it waits among the unanswered until somebody answers. Raises Invalid."""
    message = await _message(work, contact_id, text, key)
    message.direction, message.state = "in", "received"
    message, new = await _kept(work, message, "message.received")
    if new:
        await heard(work, message)
    return message


async def write_out(work: Work, contact_id: UUID, text: str, *, key: str | None = None) -> Message:
    """We write to the client; what they had written counts as answered. Raises Invalid."""
    message = await _message(work, contact_id, text, key)
    message.direction, message.state, message.sent_at = "out", "sent", clock.now()
    message, _ = await _kept(work, message, "message.queued")
    await answered(work, contact_id)
    return message


async def read_by_client(work: Work, contact_id: UUID) -> None:
    """The client has the thread open: what we wrote is read."""
    unread = (
        Message.contact_id == contact_id,
        Message.channel == "portal",
        Message.direction == "out",
        Message.delivered_at.is_(None),
    )
    statement = update(Message).where(*unread).values(delivered_at=clock.now(), state="delivered")
    for lead_id in set(await work.scalars(statement.returning(Message.lead_id))):
        live.tell(work, "messages", lead_id or "")


async def _message(work: Work, contact_id: UUID, text: str, key: str | None) -> Message:
    words = text.replace("\0", "").replace("\r\n", "\n").strip()
    if not words:
        raise invalid("text", say("Write your message first."), "missing")
    if len(words) > LONGEST:
        said = say("This has %(count)s letters; the limit is %(most)s. Shorten it.", count=len(words), most=LONGEST)
        raise invalid("text", said, "too_long")
    lead = await latest_lead(work, contact_id)
    return Message(
        id=uuid7(),
        contact_id=contact_id,
        lead_id=lead.id if lead else None,
        channel="portal",
        purpose="servicing",
        body=words,
        key=key,
        author_id=work.actor.id if work.actor.kind == "person" else None,
        author_name=work.actor.name,
        at=clock.now(),
    )


async def _kept(work: Work, message: Message, kind: str) -> tuple[Message, bool]:
    """The same form sent twice is one message; whether this is the first."""
    if message.key is not None and (known := await _by_key(work, message.key)) is not None:
        return known, False
    work.add(message)
    await work.flush()
    recorded(work, kind, message)
    return message, True


async def _by_key(work: Work, key: str) -> Message | None:
    return (await work.scalars(select(Message).where(Message.key == key))).first()
