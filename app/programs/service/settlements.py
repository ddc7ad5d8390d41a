"""A creditor's offer, the client's own assent, the written agreement, the first payment; only then is there
a fee.

16 CFR 310.4(a)(5)(i): all three must have happened for this very debt. The trigger on `fees` refuses
anything else.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, events
from app.core.errors import Conflict, invalid
from app.core.work import Work
from app.leads import service as leads
from app.programs.models import Debt, Fee, Program, Settlement, fee_by_savings, fees_by_debt
from app.programs.service.configure import terms
from app.programs.service.rows import deal, debts_of, locked


async def offer(work: Work, debt_id: UUID, amount: int, expires_on: date | None = None) -> Settlement:
    """What a creditor would take, for the client to approve. Raises Invalid while another offer stands."""
    debt = await locked(work, Debt, debt_id)
    program = await locked(work, Program, debt.program_id)
    if program.state != "active" or debt.state in ("settled", "removed", "paying"):
        raise invalid("debt", "There is nothing to settle on this debt.")
    if amount < 1 or amount > debt.current_amount:
        raise invalid("amount", f"An offer is between $0.01 and the balance of ${debt.current_amount / 100:,.2f}.")
    standing = select(Settlement.id).where(Settlement.debt_id == debt_id, Settlement.state.in_(("offered", "approved")))
    if (await work.scalars(standing)).first():
        raise invalid("amount", "Another offer on this debt is still open. Decline it first.")
    settlement = Settlement(
        id=uuid7(),
        debt_id=debt_id,
        amount=amount,
        state="offered",
        offered_at=clock.now(),
        expires_on=expires_on,
    )
    debt.state = "offered"
    work.add(settlement)
    await work.flush()
    _record(work, "settlement.offered", program, debt, settlement)
    return settlement


async def approve(work: Work, settlement_id: UUID, *, words: str, approved_from: str) -> Settlement:
    """The client's assent to this deal, with the words shown. Raises Conflict when the offer is gone."""
    program, debt, settlement = await deal(work, settlement_id)
    if settlement.state in ("approved", "paid"):
        return settlement
    expired = settlement.expires_on is not None and settlement.expires_on < clock.now().date()
    if settlement.state != "offered" or expired:
        raise Conflict("This offer is no longer open. Ask us whether it can be had again.")
    settlement.state, settlement.approved_at = "approved", clock.now()
    settlement.approved_words, settlement.approved_from = words, approved_from
    debt.state = "paying"
    _record(work, "settlement.approved", program, debt, settlement)
    return settlement


async def decline(work: Work, settlement_id: UUID, reason: str = "") -> Settlement:
    """Not this deal; the debt goes back to saving."""
    program, debt, settlement = await deal(work, settlement_id)
    if settlement.state == "declined":
        return settlement
    if settlement.state != "offered":
        raise Conflict("This offer was approved already.")
    settlement.state, debt.state = "declined", "saving"
    _record(work, "settlement.declined", program, debt, settlement, reason=reason)
    return settlement


async def note_agreement(work: Work, settlement_id: UUID) -> Settlement:
    """The creditor's written agreement has come."""
    program, debt, settlement = await deal(work, settlement_id)
    if settlement.agreed_in_writing_at is None:
        settlement.agreed_in_writing_at = clock.now()
        _record(work, "settlement.agreed", program, debt, settlement)
    return settlement


async def pay_creditor(work: Work, settlement_id: UUID) -> Fee:
    """The first payment to the creditor: the debt is settled and its fee is earned, once."""
    program, debt, settlement = await deal(work, settlement_id)
    earned = (await work.scalars(select(Fee).where(Fee.settlement_id == settlement_id))).first()
    if earned is not None:
        return earned
    if settlement.approved_at is None or settlement.agreed_in_writing_at is None:
        raise invalid("settlement", "Pay a creditor only after the client approved and the agreement is in writing.")
    settlement.state, settlement.creditor_paid_at, debt.state = "paid", clock.now(), "settled"
    await work.flush()
    _record(work, "settlement.paid", program, debt, settlement, amount=settlement.amount)
    fee = await _earn(work, program, debt, settlement)
    await _finish_if_all_settled(work, program)
    return fee


async def _earn(work: Work, program: Program, debt: Debt, settlement: Settlement) -> Fee:
    fee = Fee(
        id=uuid7(),
        program_id=program.id,
        settlement_id=settlement.id,
        earned_at=clock.now(),
        rule=program.fee_model,
        amount=await fee_for(work, program, debt, settlement.amount),
    )
    work.add(fee)
    await work.flush()
    events.record(
        work,
        "fee.earned",
        "lead",
        program.lead_id,
        program_id=program.id,
        fee_id=fee.id,
        debt_id=debt.id,
        amount=fee.amount,
    )
    return fee


async def fee_for(work: Work, program: Program, debt: Debt, settled_for: int) -> int:
    """What the program's rule gives for this debt at this price."""
    if program.fee_model == "savings":
        return fee_by_savings(debt.enrolled_amount, settled_for, program.fee_rate)
    debts = [each for each in await debts_of(work, program.id) if each.state != "removed"]
    shares = fees_by_debt([each.enrolled_amount for each in debts], program.fee_rate)
    return shares[[each.id for each in debts].index(debt.id)]


async def _finish_if_all_settled(work: Work, program: Program) -> None:
    debts = await debts_of(work, program.id)
    if any(debt.state not in ("settled", "removed") for debt in debts):
        return
    program.state, program.closed_at = "completed", clock.now()
    events.record(
        work,
        "program.completed",
        "lead",
        program.lead_id,
        program_id=program.id,
        contact_id=program.contact_id,
    )
    chosen = await terms(work)
    if chosen is not None:
        await leads.change_stage(work, program.lead_id, chosen.finished_stage, {})


def _record(work: Work, kind: str, program: Program, debt: Debt, settlement: Settlement, **details: object) -> None:
    events.record(
        work,
        kind,
        "lead",
        program.lead_id,
        program_id=program.id,
        debt_id=debt.id,
        settlement_id=settlement.id,
        **details,  # type: ignore[arg-type]
    )
