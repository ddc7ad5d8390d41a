"""What the portal does later: asking a new client in, telling clients and those who look after them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.core import agenda, clock, config
from app.core.work import Work
from app.documents.models import Document
from app.messages.models import Message
from app.portal import service
from app.programs.models import Deposit, Program
from themes.catalogue import say

SOON = timedelta(days=3)
AT_ONCE = 500


@agenda.job("portal.invite")
async def invite(work: Work, contact_id: UUID) -> None:
    """By mail, once; access makes the mail and the link."""
    await service.invite(work, contact_id)


@agenda.job("portal.tell")
async def tell(work: Work, name: str, contact_id: UUID, record_id: UUID, by: UUID | None) -> None:
    """By the channels of the client's choice. Nobody is told what they did themselves, or of what is not theirs to see."""
    if by is not None and await _stands_for(work, by) == contact_id:
        return
    if name == "message" and not await _unread(work, record_id):
        return
    if name == "document" and not await work.scalar(select(Document.shared).where(Document.id == record_id)):
        return
    key = f"notice:{name}:{record_id}:{clock.now():%Y%m%d%H%M}"
    await service.tell(work, name, contact_id, record_id, key)


@agenda.job("portal.tell_staff")
async def tell_staff(work: Work, lead_id: UUID, by: UUID, kind: str, did: str) -> None:
    """Of what the client did, not a colleague."""
    if await _stands_for(work, by) is not None:
        await service.staff_hears(work, lead_id, kind, **({"did": say(did)} if did else {}))


@agenda.recurring("portal.deposits_soon", timedelta(hours=24))
async def deposits_soon(work: Work) -> None:
    """Three days before a deposit is drawn, once for each day on which it is due."""
    due = select(Deposit.id, Deposit.due_on, Program.contact_id).join(Program, Program.id == Deposit.program_id)
    soon = (
        Deposit.state == "scheduled",
        Deposit.due_on == await config.today(work) + SOON,
        Program.state == "active",
        Program.hold == "",
    )
    for row in (await work.execute(due.where(*soon).limit(AT_ONCE))).all():
        await service.tell(work, "deposit_soon", row.contact_id, row.id, f"deposit-soon:{row.id}:{row.due_on}")


async def _unread(work: Work, message_id: UUID) -> bool:
    """Whoever has the thread open has read it before a notice could come."""
    message = await work.get(Message, message_id)
    return message is not None and message.delivered_at is None


async def _stands_for(work: Work, person_id: UUID) -> UUID | None:
    """The client that this person stands for; None for staff."""
    return await work.scalar(select(PersonRow.party_id).where(PersonRow.id == person_id))
