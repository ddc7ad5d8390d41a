"""The end of a program: the client leaves at any time and without penalty, or is through; and money that goes back."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update

from app.core import clock, config, events
from app.core.errors import Conflict
from app.core.work import Work
from app.programs.models import Debt, Deposit, Program, Settlement
from app.programs.models.days import REFUND_DAYS, business_days_after
from app.programs.service.rows import locked


async def cancel(work: Work, program_id: UUID, reason: str) -> Program:
    """Leave: planned deposits stop, open offers end; what is saved and unearned is booked back (by billing, in this
    transaction) and is due within 7 business days. A second time changes nothing."""
    program = await locked(work, Program, program_id)
    if program.state in ("cancelled", "completed"):
        return program
    before, program.state, program.closed_at = program.state, "cancelled", clock.now()
    await stop_deposits(work, program_id)
    await _end_offers(work, program_id)
    events.record(
        work,
        "program.cancelled",
        "lead",
        program.lead_id,
        changes={"state": (before, "cancelled")},
        program_id=program.id,
        contact_id=program.contact_id,
        reason=reason,
    )
    return program


async def stop_deposits(work: Work, program_id: UUID, *, keep: int = 0) -> None:
    """No more deposits than bring `keep` (minor units): the first ones stay, the last of them shrinks to fit."""
    planned = select(Deposit).where(Deposit.program_id == program_id, Deposit.state == "scheduled")
    for deposit in await work.scalars(planned.order_by(Deposit.due_on, Deposit.id).with_for_update()):
        if keep <= 0:
            deposit.state, deposit.request = "skipped", None
        else:
            deposit.amount, deposit.request = min(deposit.amount, keep), None
            keep -= deposit.amount
    await work.flush()


async def _end_offers(work: Work, program_id: UUID) -> None:
    """A creditor who was not paid gets nothing any more: the client has not to go through with it."""
    theirs = select(Debt.id).where(Debt.program_id == program_id)
    open_ones = (Settlement.debt_id.in_(theirs), Settlement.state.in_(("offered", "approved")))
    await work.execute(update(Settlement).where(*open_ones).values(state="declined"))
    await work.execute(
        update(Debt).where(Debt.program_id == program_id, Debt.state.in_(("offered", "paying"))).values(state="saving")
    )


async def note_refund(work: Work, program_id: UUID, amount: int) -> Program:
    """So much is booked back to the client. What was booked and not yet paid is added to, under the first due day."""
    program = await locked(work, Program, program_id)
    waiting = program.refund_amount if program.refund_paid_at is None else 0
    if not waiting or program.refund_due_on is None:
        program.refund_due_on = business_days_after(await config.today(work), REFUND_DAYS)
    program.refund_amount, program.refund_paid_at, program.refund_reference = waiting + amount, None, ""
    await work.flush()
    _record(work, "refund.booked", program, amount=amount, due_on=program.refund_due_on)
    return program


async def lessen_refund(work: Work, program_id: UUID, amount: int) -> None:
    """A deposit that was part of it came back from the bank."""
    program = await locked(work, Program, program_id)
    program.refund_amount -= amount
    await work.flush()


async def refund_paid(work: Work, program_id: UUID, reference: str) -> Program:
    """The money has left for the client. Raises Conflict when none is due."""
    program = await locked(work, Program, program_id)
    if not program.refund_amount or program.refund_paid_at is not None:
        raise Conflict("There is nothing to send back, or it was sent already.")
    program.refund_paid_at, program.refund_reference = clock.now(), reference
    await work.flush()
    _record(work, "refund.paid", program, amount=program.refund_amount)
    return program


def _record(work: Work, kind: str, program: Program, *, amount: int, due_on: date | None = None) -> None:
    events.record(
        work,
        kind,
        "lead",
        program.lead_id,
        program_id=program.id,
        contact_id=program.contact_id,
        amount=amount,
        due_on=due_on,
    )
