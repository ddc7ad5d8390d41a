"""What waits for an answer, who has taken it on, and when it is done."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy import update as sql_update
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, events, live
from app.core.errors import Conflict, NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.messages.models import Conversation, Message


async def heard(work: Work, message: Message) -> None:
    """Something came in: it is the last word, and waits unless it needed no answer from the start."""
    waiting = message.answered_at is None
    values = {
        "contact_id": message.contact_id,
        "lead_id": message.lead_id,
        "channel": message.channel,
        "last_id": message.id,
        "last_at": message.at,
        "waiting": waiting,
    }
    fresh = insert(Conversation).values(**values)
    newer: dict[str, Any] = {name: fresh.excluded[name] for name in ("lead_id", "channel", "last_id", "last_at")}
    newer["waiting"] = Conversation.waiting | fresh.excluded.waiting
    await work.execute(fresh.on_conflict_do_update(index_elements=["contact_id"], set_=newer))


async def answered(work: Work, contact_id: UUID) -> None:
    """Whatever this person wrote is answered now."""
    open_ones = (Message.contact_id == contact_id, Message.direction == "in", Message.answered_at.is_(None))
    ids = await work.scalars(
        sql_update(Message).where(*open_ones).values(answered_at=clock.now()).returning(Message.id)
    )
    if list(ids):
        await _rests(work, contact_id)
        live.tell(work, "messages")


async def _rests(work: Work, contact_id: UUID) -> None:
    await work.execute(sql_update(Conversation).where(Conversation.contact_id == contact_id).values(waiting=False))


async def still_waits(work: Work, contact_id: UUID) -> None:
    """One message of several was answered another way: whether any other waits."""
    left = select(Message.id).where(
        Message.contact_id == contact_id, Message.direction == "in", Message.answered_at.is_(None)
    )
    if await work.scalar(left.limit(1)) is None:
        await _rests(work, contact_id)


async def take(work: Work, contact_id: UUID, person: Person) -> Conversation:
    """From now on this person answers. Raises Conflict where somebody else does, NotFound for no conversation."""
    row = await _locked(work, contact_id)
    if row.holder_id == person.id:
        return row
    if row.holder_id is not None:
        raise Conflict("Somebody else has taken this conversation. Ask them to give it back.", code="taken")
    row.holder_id, row.held_at = person.id, clock.now()
    return await _kept(work, row, "conversation.taken")


async def give_back(work: Work, contact_id: UUID) -> Conversation:
    """Anybody may answer again. Nobody's stays nobody's."""
    row = await _locked(work, contact_id)
    if row.holder_id is None:
        return row
    row.holder_id = row.held_at = None
    return await _kept(work, row, "conversation.given_back")


async def finish(work: Work, contact_id: UUID) -> Conversation:
    """Done without a further answer: what was written waits no more, and nobody has to hold it."""
    row = await _locked(work, contact_id)
    await answered(work, contact_id)
    await work.refresh(row)
    row.waiting, row.holder_id, row.held_at = False, None, None
    return await _kept(work, row, "conversation.done")


async def reopen(work: Work, contact_id: UUID) -> Conversation:
    """Undo of `finish`: the last thing they wrote waits again."""
    row = await _locked(work, contact_id)
    await work.execute(sql_update(Message).where(Message.id == row.last_id).values(answered_at=None))
    row.waiting = True
    return await _kept(work, row, "conversation.reopened")


async def _kept(work: Work, row: Conversation, kind: str) -> Conversation:
    await work.flush()
    entity, entity_id = ("lead", row.lead_id) if row.lead_id else ("contact", row.contact_id)
    events.record(work, kind, entity, entity_id, contact=row.contact_id)
    live.tell(work, "messages", row.lead_id or "")
    return row


async def _locked(work: Work, contact_id: UUID) -> Conversation:
    found = select(Conversation).where(Conversation.contact_id == contact_id).with_for_update()
    row = (await work.scalars(found, execution_options={"populate_existing": True})).first()
    if row is None:
        raise NotFound
    return row
