"""A creditor's offer, the client's own assent, the written agreement, the first payment; only then is there
a fee.

16 CFR 310.4(a)(5)(i): all three must have happened for this very debt. The trigger on `fees` refuses
anything else.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, config, events
from app.core.errors import Conflict, invalid
from app.core.work import Work
from app.leads import service as leads
from app.programs.models import Debt, Fee, Program, Settlement, fee_by_savings, fees_by_debt
from app.programs.service.configure import terms
from app.programs.service.rows import deal, debts_of, locked
from app.programs.service.trust import held_still
from themes.catalogue import say
from themes.formats import money


async def offer(work: Work, debt_id: UUID, amount: int, expires_on: date | None = None) -> Settlement:
    """What a creditor would take, for the client to approve. Raises Invalid while another offer stands."""
    debt = await locked(work, Debt, debt_id)
    program = await locked(work, Program, debt.program_id)
    if program.state != "active" or debt.state in ("settled", "removed", "paying"):
        raise invalid("debt", say("There is nothing to settle on this debt."))
    if amount < 1 or amount > debt.current_amount:
        raise invalid(
            "amount",
            say(
                "An offer is between $0.01 and the balance of %(owed)s.",
                owed=money(debt.current_amount, program.currency),
            ),
        )
    if expires_on is not None and expires_on < await config.today(work):
        raise invalid("expires_on", say("Choose today or a later day."))
    standing = select(Settlement.id).where(Settlement.debt_id == debt_id, Settlement.state.in_(("offered", "approved")))
    if (await work.scalars(standing)).first():
        raise invalid("amount", say("Another offer on this debt is still open. Decline it first."))
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
    if program.state != "active" or settlement.state != "offered" or _over(settlement, await config.today(work)):
        raise Conflict(say("This offer is no longer open. Ask us whether it can be had again."))
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
        raise Conflict(say("This offer is not open any more."))
    settlement.state, debt.state = "declined", "saving"
    _record(work, "settlement.declined", program, debt, settlement, reason=reason)
    return settlement


async def expire_offers(work: Work) -> int:
    """Offers whose last day is over end, and their debts go on saving. How many did."""
    today = await config.today(work)
    past = select(Settlement.id).where(Settlement.state == "offered", Settlement.expires_on < today)
    ids = list(await work.scalars(past.limit(500)))
    for settlement_id in ids:
        program, debt, settlement = await deal(work, settlement_id)
        if settlement.state == "offered" and _over(settlement, today):
            settlement.state, debt.state = "expired", "saving"
            _record(work, "settlement.expired", program, debt, settlement)
    return len(ids)


def _over(settlement: Settlement, today: date) -> bool:
    return settlement.expires_on is not None and settlement.expires_on < today


async def note_agreement(work: Work, settlement_id: UUID) -> Settlement:
    """The creditor's written agreement has come."""
    program, debt, settlement = await deal(work, settlement_id)
    if settlement.state in ("declined", "expired"):
        raise Conflict(say("This offer is not open any more."))
    if settlement.agreed_in_writing_at is None:
        settlement.agreed_in_writing_at = clock.now()
        _record(work, "settlement.agreed", program, debt, settlement)
    return settlement


async def pay_creditor(work: Work, settlement_id: UUID) -> Fee:
    """The creditor is paid out of what the client has saved: the debt is settled and its fee is earned, once.

    Raises Invalid before the client's yes and the written agreement, and when less is saved than the creditor gets.
    """
    program, debt, settlement = await deal(work, settlement_id)
    earned = (await work.scalars(select(Fee).where(Fee.settlement_id == settlement_id))).first()
    if earned is not None:
        return earned
    if settlement.approved_at is None or settlement.agreed_in_writing_at is None:
        raise invalid(
            "settlement", say("Pay a creditor only after the client approved and the agreement is in writing.")
        )
    await _demand_saved(work, program, settlement)
    settlement.state, settlement.creditor_paid_at, debt.state = "paid", clock.now(), "settled"
    await work.flush()
    _record(work, "settlement.paid", program, debt, settlement, amount=settlement.amount)
    fee = await _earn(work, program, debt, settlement)
    await _finish_if_all_settled(work, program)
    return fee


async def _demand_saved(work: Work, program: Program, settlement: Settlement) -> None:
    if program.state != "active" or settlement.state != "approved":
        raise invalid("settlement", say("This settlement can't be paid: the offer or the program is over."))
    have = await held_still(work, program.contact_id)
    if have < settlement.amount:
        said = say(
            "The client has saved %(saved)s. The creditor gets %(amount)s, so %(missing)s is missing: wait for the next"
            " deposit, or plan an extra one.",
            saved=money(have, program.currency),
            amount=money(settlement.amount, program.currency),
            missing=money(settlement.amount - have, program.currency),
        )
        raise invalid("settlement", said)


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
        contact_id=program.contact_id,
        debt_id=debt.id,
        settlement_id=settlement.id,
        **details,  # type: ignore[arg-type]
    )
