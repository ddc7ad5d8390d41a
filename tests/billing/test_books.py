"""The books under any order of deposits, settlements, payments and reversals; numbers under a rush."""

import asyncio
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.billing import queries, service
from app.billing.models import Entry, Invoice, Posting
from app.billing.service import ledger
from app.billing.service.invoices import LineDraft, draft
from app.contacts import service as contacts
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.work import unit

pytestmark = pytest.mark.anyio
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "creditor", "invoice", "pay", "pay_trust", "pay_again", "void"]),
        st.integers(1, 200_000),
    ),
    max_size=12,
)


class Books:
    """What the accounts must hold, kept beside them in the simplest way."""

    def __init__(self, tenant, contact_id):
        self.tenant, self.contact_id = tenant, contact_id
        self.held = dict.fromkeys(ledger.CHART, 0)
        self.invoices, self.last_payment = [], None

    def move(self, **amounts):
        for code, amount in amounts.items():
            self.held[code] += amount

    async def do(self, verb, amount):
        async with unit(tenant=self.tenant) as work:
            await getattr(self, verb)(work, amount)

    async def deposit(self, work, amount):
        await self._post(work, trust=amount, clients=-amount)

    async def creditor(self, work, amount):
        """The books refuse what is not there."""
        there = -self.held["clients"]
        if amount <= there:
            await self._post(work, trust=-amount, clients=amount)
            return
        with pytest.raises(IntegrityError, match="overdraw"):
            await self._post(work, trust=-amount, clients=amount)
        work.abandon()

    async def _post(self, work, **amounts):
        key, told = str(uuid4()), {"subject": "program", "subject_id": uuid4(), "happened_at": clock.now()}
        told["contact_id"] = self.contact_id
        assert await service.post(work, key, "test", amounts, **told)
        assert not await service.post(work, key, "test", amounts, **told)  # told twice, booked once
        self.move(**amounts)

    async def invoice(self, work, amount):
        lines = [LineDraft(text="Something", unit_amount=amount, tax_rate=725)]
        invoice = await service.issue(work, (await draft(work, self.contact_id, lines)).id)
        self.invoices.append(invoice.id)
        self.move(receivable=invoice.total_amount, sales=-amount, tax=amount - invoice.total_amount)

    async def pay(self, work, amount, method="check", key=None):
        if not self.invoices:
            return
        key = key or str(uuid4())
        try:
            await service.record_payment(work, self.invoices[-1], key=key, amount=amount, method=method)
        except Invalid:
            work.abandon()
            return
        self.last_payment = (key, self.invoices[-1], amount)
        self.move(bank=amount, receivable=-amount)
        assert method != "trust"  # a client's own account pays earned fees only, and these are no fees

    async def pay_trust(self, work, amount):
        await self.pay(work, amount, method="trust")

    async def pay_again(self, work, amount):
        if self.last_payment:
            key, invoice_id, before = self.last_payment
            await service.record_payment(work, invoice_id, key=key, amount=before, method="check")

    async def void(self, work, amount):
        if not self.invoices:
            return
        invoice = await work.get(Invoice, self.invoices[-1])
        was, total = invoice.state, invoice.total_amount
        try:
            await service.void(work, invoice.id, "test")
        except Conflict:
            work.abandon()
            return
        if was == "open":
            net = await work.scalar(
                select(func.sum(Posting.amount))
                .join(Entry)
                .where(Entry.key == f"invoice:{invoice.id}:void", Posting.amount > 0)
            )
            assert net == total
            lines = await queries.invoice_page(work, invoice.id)
            self.move(receivable=-total, sales=lines.lines[0].unit_amount, tax=total - lines.lines[0].unit_amount)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_books_always_balance_and_hold_what_happened(runtime, steps):
    tenant = await runtime.directory.by_slug("harbor")
    async with unit(tenant=tenant) as work:
        before = {row.code: row.balance for row in await queries.trial_balance(work)}
        contact = await contacts.create(work, {"first_name": "Dana", "email": f"{uuid4()}@example.com"})
    books = Books(tenant, contact.id)
    for verb, amount in steps:
        await books.do(verb, amount)
    async with unit(tenant=tenant) as work:
        rows = await queries.trial_balance(work)
    assert sum(row.debit for row in rows) == sum(row.credit for row in rows)
    assert {row.code: row.balance - before[row.code] for row in rows} == books.held


async def test_numbers_have_no_gaps_when_many_are_issued_at_once(runtime):
    tenant = await runtime.directory.by_slug("harbor")
    async with unit(tenant=tenant) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "email": "dana@example.com"})

    async def issue(fails):
        async with unit(tenant=tenant) as work:
            invoice = await draft(work, contact.id, [LineDraft(text="Something", unit_amount=100)])
            await service.issue(work, invoice.id)
            if fails:
                work.abandon()

    await asyncio.gather(*(issue(number % 3 == 0) for number in range(12)))
    async with unit(tenant=tenant) as work:
        numbers = sorted(await work.scalars(select(Invoice.number)))
    assert numbers == list(range(1001, 1009))
