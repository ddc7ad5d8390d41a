"""Any history of a program: deposits, returns, changes, settlements, fees, the end. The money is right after each step."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.billing import queries as books
from app.billing import service as billing
from app.billing.models import Invoice
from app.core import clock
from app.core.errors import Problem
from app.core.work import unit
from app.programs import service
from app.programs.models import Debt, Deposit, Fee, Program, Settlement, TrustAccount
from app.programs.models.schedule import Change
from tests.programs.making import a_program

pytestmark = pytest.mark.anyio
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            "clear clear clear extra bounce skip monthly offer approve agree pay pay fee cancel refund".split()
        ),
        st.integers(0, 10_000),
    ),
    min_size=4,
    max_size=22,
)


class History:
    """One program and what may be done to it, whether or not the rules let it."""

    def __init__(self, tenant, program):
        self.tenant, self.program = tenant, program

    async def do(self, verb, number):
        """A refusal has not happened."""
        try:
            async with unit(tenant=self.tenant) as work:
                await getattr(self, verb)(work, number)
        except Problem:
            return

    async def one(self, work, table, number, *where):
        rows = list(await work.scalars(select(table).where(*where).order_by(table.id)))
        return rows[number % len(rows)].id if rows else uuid4()

    async def deposit(self, work, number, *states):
        mine = Deposit.program_id == self.program.id
        return await self.one(work, Deposit, number, mine, Deposit.state.in_(states))

    async def settlement(self, work, number):
        mine = select(Debt.id).where(Debt.program_id == self.program.id)
        return await self.one(work, Settlement, number, Settlement.debt_id.in_(mine))

    async def clear(self, work, number):
        await service.clear_deposit(work, await self.deposit(work, 0, "scheduled"))

    async def bounce(self, work, number):
        deposit = await self.deposit(work, number, "scheduled", "cleared")
        await service.return_deposit(work, deposit, ("R01", "R02", "R10")[number % 3])

    async def skip(self, work, number):
        deposit = await self.deposit(work, number, "scheduled")
        await service.change_plan(work, self.program.id, deposit, Change(kind="skip"))

    async def monthly(self, work, number):
        deposit = await self.deposit(work, number, "scheduled")
        await service.change_plan(work, self.program.id, deposit, Change(kind="monthly", amount=20_000 + 7 * number))

    async def extra(self, work, number):
        on = clock.now().date() + timedelta(days=number % 20)
        await service.change_plan(work, self.program.id, None, Change(kind="extra", on=on, amount=2_500 + 40 * number))

    async def offer(self, work, number):
        debt = await self.one(work, Debt, number, Debt.program_id == self.program.id)
        await service.offer(work, debt, 10_000 + number)

    async def approve(self, work, number):
        await service.approve(work, await self.settlement(work, number), words="Yes", approved_from="test")

    async def agree(self, work, number):
        await service.note_agreement(work, await self.settlement(work, number))

    async def pay(self, work, number):
        await service.pay_creditor(work, await self.settlement(work, number))

    async def fee(self, work, number):
        invoice = await self.one(work, Invoice, number, Invoice.contact_id == self.program.contact_id)
        key, amount = f"{self.program.id}:{number}", 1 + 11 * number
        await billing.record_payment(work, invoice, key=key, amount=amount, method="trust")

    async def cancel(self, work, number):
        if number % 3 == 0:
            await service.cancel(work, self.program.id, "test")

    async def refund(self, work, number):
        await billing.pay_refund(work, self.program.id, "test")

    async def check(self, base):
        async with unit(tenant=self.tenant) as work:
            rows = await books.trial_balance(work)
            assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
            held = {row.code: row.balance - base[row.code] for row in rows}
            account = await work.get(TrustAccount, self.program.contact_id)
            saved, refunds = (account.saved, account.refunds) if account else (0, 0)
            assert saved >= 0 and refunds >= 0 and held["trust"] == saved + refunds
            assert (held["clients"], held["refunds"]) == (-saved, -refunds)
            program = await work.get(Program, self.program.id)
            assert refunds == (0 if program.refund_paid_at else program.refund_amount)
            await self.check_fees(work, held["fees"])
            await self.check_plan(work, program)

    async def check_fees(self, work, income):
        """Each fee stands on its three conditions, together they are what the invoices say, and none passes the rule."""
        early = (
            "select count(*) from fees f join settlements s on s.id = f.settlement_id where s.approved_at is null"
            " or s.agreed_in_writing_at is null or s.creditor_paid_at is null"
        )
        assert await work.scalar(text(early)) == 0
        fees = list(await work.scalars(select(Fee.amount).where(Fee.program_id == self.program.id)))
        assert sum(fees) == -income and set(fees) <= {75_000, 125_000, 175_000}

    async def check_plan(self, work, program):
        """Put in, still to come and come back without a new date make up the plan, as long as the program runs."""
        rows = list(await work.scalars(select(Deposit).where(Deposit.program_id == program.id)))
        if program.state == "active":
            assert sum(row.amount for row in rows if row.state in ("scheduled", "cleared")) == 1_125_000
        else:
            owed = await billing.owed_in_fees(work, program.contact_id)
            ahead = sum(row.amount for row in rows if row.state == "scheduled")
            assert ahead == 0 if program.state == "cancelled" else ahead <= 375_000 and owed >= 0


@settings(max_examples=14, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_any_history_leaves_the_money_right(runtime, steps):
    tenant = await runtime.directory.by_slug("harbor")
    async with unit(tenant=tenant) as work:
        base = {row.code: row.balance for row in await books.trial_balance(work)}
    history = History(tenant, await a_program(tenant, first=f"Dana{uuid4().hex[:8]}"))
    for verb, number in steps:
        await history.do(verb, number)
        await history.check(base)


async def test_a_whole_program_through_to_its_end_pays_out_everything(runtime):
    """Test B of the domain facts, with 25 %: deposits of the whole plan, three settlements at half, three fees, nothing over."""
    tenant = await runtime.directory.by_slug("harbor")
    async with unit(tenant=tenant) as work:
        base = {row.code: row.balance for row in await books.trial_balance(work)}
    history = History(tenant, await a_program(tenant))
    for _ in range(36):
        await history.do("clear", 0)
    async with unit(tenant=tenant) as work:
        debts = list(await work.scalars(select(Debt).where(Debt.program_id == history.program.id)))
    for debt in debts:
        async with unit(tenant=tenant) as work:
            offer = await service.offer(work, debt.id, debt.enrolled_amount // 2)
            await service.approve(work, offer.id, words="Yes", approved_from="test")
            await service.note_agreement(work, offer.id)
            await service.pay_creditor(work, offer.id)
    async with unit(tenant=tenant) as work:
        owed = {row.id: row.total_amount for row in await work.scalars(select(Invoice))}
    for invoice, amount in owed.items():
        async with unit(tenant=tenant) as work:
            await billing.record_payment(work, invoice, key=str(invoice), amount=amount, method="trust")
    await history.check(base)
    async with unit(tenant=tenant) as work:
        done = await work.get(Program, history.program.id)
        account = await work.get(TrustAccount, history.program.contact_id)
    assert (done.state, done.refund_amount, account.saved, account.refunds) == ("completed", 0, 0, 0)
