"""Client money on its way back: booked when a program ends, paid when a person confirms it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.billing.models import Invoice, InvoiceLine
from app.billing.service.ledger import post
from app.core import clock
from app.core.work import Work
from app.programs import service as programs
from app.programs.models import Program, TrustAccount


async def owed_in_fees(work: Work, contact_id: UUID) -> int:
    """Earned fees that this client has not paid yet."""
    fees = select(InvoiceLine.invoice_id).where(InvoiceLine.source == "fee")
    left = select(func.sum(Invoice.total_amount - Invoice.paid_amount))
    mine = (Invoice.contact_id == contact_id, Invoice.state == "open", Invoice.id.in_(fees))
    return int(await work.scalar(left.where(*mine)) or 0)


async def book_unearned(work: Work, program: Program) -> int:
    """All that is saved but the earned fees still owed: from the client's savings to refunds due. 0 when there is none."""
    saved = await programs.held_still(work, program.contact_id)
    unearned = saved - await owed_in_fees(work, program.contact_id)
    if unearned < 1:
        return 0
    noted = await programs.note_refund(work, program.id, unearned)
    key = f"refund:{program.id}:{clock.real_now().isoformat()}"
    await _move(work, key, "refund.booked", noted, {"clients": unearned, "refunds": -unearned})
    return unearned


async def pay_refund(work: Work, program_id: UUID, reference: str) -> Program:
    """Somebody has sent the money back and says how. Raises Conflict when there is nothing to send (any more)."""
    program = await programs.refund_paid(work, program_id, reference)
    amount = program.refund_amount
    key = f"refund:{program.id}:paid:{clock.real_now().isoformat()}"
    await _move(work, key, "refund.paid", program, {"refunds": amount, "trust": -amount})
    return program


async def take_back_deposit(work: Work, program: Program, amount: int, key: str, at: datetime) -> None:
    """A cleared deposit came back. It is taken from what is saved, then from a refund that has not left; what was spent
    already we cover with our own money, so that no other client's money ever pays for it."""
    await programs.held_still(work, program.contact_id)
    account = await work.get(TrustAccount, program.contact_id, populate_existing=True)
    saved, outgoing = (account.saved, account.refunds) if account else (0, 0)
    from_saved = min(amount, max(0, saved))
    unpaid = program.refund_amount if program.refund_paid_at is None else 0
    from_refund = min(amount - from_saved, outgoing, unpaid)
    covered = amount - from_saved - from_refund
    if from_refund:
        await programs.lessen_refund(work, program.id, from_refund)
    sides = {
        "trust": covered - amount,
        "clients": from_saved,
        "refunds": from_refund,
        "covered": covered,
        "bank": -covered,
    }
    await _move(work, key, "deposit.returned", program, sides, at)


async def _move(
    work: Work, key: str, kind: str, program: Program, sides: dict[str, int], at: datetime | None = None
) -> None:
    await post(
        work, key, kind, sides, subject="program", subject_id=program.id, happened_at=at or clock.now(),
        currency=program.currency, contact_id=program.contact_id,
    )  # fmt: skip
