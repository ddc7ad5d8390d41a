"""A program's whole way: disclosures, enrolment, deposits, a settlement, and the fee that only then can
exist."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.billing.models import Account, Entry, Invoice, Posting
from app.contacts import service as contacts
from app.core import clock, config
from app.core.errors import Invalid
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead, Stage
from app.programs import service
from app.programs.models import Debt, Deposit, Fee, Settlement
from app.programs.service.enrolment import DebtLine
from tests.programs.making import puts_in

pytestmark = pytest.mark.anyio
FACTS = {"total_debt": Decimal(15_000), "monthly_income": Decimal(4_200)}
DEBTS = [
    DebtLine("First Example Bank", 300_000),
    DebtLine("Second Example Bank", 500_000),
    DebtLine("Third Example Bank", 700_000),
]


@pytest.fixture
async def harbor(runtime):
    return await runtime.directory.by_slug("harbor")


async def enrolled(harbor, *, accept: bool = True):
    async with unit(tenant=harbor) as work:
        contact = await contacts.create(work, {"first_name": "Dana", "last_name": "Reyes", "email": "dana@example.com"})
        lead = await leads.create(work, contact.id, leads.LeadValues(source="test", custom=FACTS))
        program = await service.draft(
            work, lead.id, DEBTS, months=36, first_deposit_on=await config.today(work) + timedelta(days=10)
        )
        if accept:
            for disclosure in (await service.terms(work)).disclosures:
                await service.accept_disclosure(work, program.id, disclosure.name, disclosure.words, "127.0.0.1")
        await service.enrol(work, program.id)
    return program


@pytest.mark.parametrize(
    ("day", "refused"), [(date(2027, 1, 30), True), (date(2027, 1, 29), False), (date(2027, 2, 1), False)]
)
async def test_a_first_deposit_never_lies_before_today(harbor, day, refused):
    """On Saturday, 30 January 2027 the banks draw nothing any more in January."""
    with clock.held_at(datetime(2027, 1, 29 if day.day == 29 else 30, 17, tzinfo=UTC)):
        async with unit(tenant=harbor) as work:
            contact = await contacts.create(work, {"first_name": "Dana", "email": "dana@example.com"})
            lead = await leads.create(work, contact.id, leads.LeadValues(source="test", custom=FACTS))
            if not refused:
                assert (await service.draft(work, lead.id, DEBTS, months=36, first_deposit_on=day)).months == 36
                return
            with pytest.raises(Invalid) as fault:
                await service.draft(work, lead.id, DEBTS, months=36, first_deposit_on=day)
    assert [error.field for error in fault.value.errors] == ["first_deposit_on"]


async def offered(harbor, program, position=0, amount=150_000):
    async with unit(tenant=harbor) as work:
        debt = (await work.scalars(select(Debt).where(Debt.program_id == program.id, Debt.position == position))).one()
        return await service.offer(work, debt.id, amount)


async def test_enrolment_waits_for_every_disclosure(harbor):
    with pytest.raises(Invalid) as refused:
        await enrolled(harbor, accept=False)
    assert {error.field for error in refused.value.errors} == {"time", "cost", "effects", "account"}
    program = await enrolled(harbor)
    assert program.state == "active"


async def test_enrolment_plans_deposits_and_wins_the_lead(harbor):
    program = await enrolled(harbor)
    async with unit(tenant=harbor) as work:
        amounts = list(await work.scalars(select(Deposit.amount).where(Deposit.program_id == program.id)))
        stage = await work.scalar(
            select(Stage.name).join(Lead, Lead.stage_id == Stage.id).where(Lead.id == program.lead_id)
        )
    assert len(amounts) == 36 and sum(amounts) == 750_000 + 375_000
    assert stage == "enrolled"


async def settle(harbor, settlement, *, approve=True, agree=True, save=True):
    async with unit(tenant=harbor) as work:
        program_id = await work.scalar(select(Debt.program_id).where(Debt.id == settlement.debt_id))
    if save:
        await puts_in(harbor, program_id, settlement.amount)
    async with unit(tenant=harbor) as work:
        if approve:
            await service.approve(work, settlement.id, words="Yes, settle this debt.", approved_from="phone")
        if agree:
            await service.note_agreement(work, settlement.id)
        return await service.pay_creditor(work, settlement.id)


@pytest.mark.parametrize(("approve", "agree"), [(False, True), (True, False), (False, False)])
async def test_no_creditor_is_paid_and_no_fee_earned_without_assent_and_agreement(harbor, approve, agree):
    settlement = await offered(harbor, await enrolled(harbor))
    with pytest.raises(Invalid):
        await settle(harbor, settlement, approve=approve, agree=agree)


async def test_a_settled_debt_earns_its_share_and_is_billed_once(harbor):
    program = await enrolled(harbor)
    settlement = await offered(harbor, program)
    fee = await settle(harbor, settlement)
    again = await settle(harbor, settlement, save=False)
    assert (fee.amount, again.id) == (75_000, fee.id)  # a quarter of the whole, split by enrolled amounts
    async with unit(tenant=harbor) as work:
        invoices = list(await work.scalars(select(Invoice.total_amount)))
        balance = await work.scalar(text("select coalesce(sum(amount), 0) from postings"))
    assert invoices == [75_000] and balance == 0


async def insert_fee(harbor, program, settlement, amount):
    """As somebody with the tenant's own rights and a prompt would."""
    async with unit(tenant=harbor) as work:
        await work.execute(
            text(
                "insert into fees (id, program_id, settlement_id, amount, rule, earned_at)"
                " values (gen_random_uuid(), :p, :s, :a, 'debt', now())"
            ),
            {"p": program.id, "s": settlement.id, "a": amount},
        )


async def test_the_database_refuses_an_unearned_fee(harbor):
    program = await enrolled(harbor)
    settlement = await offered(harbor, program)
    with pytest.raises(IntegrityError, match="not earned"):
        await insert_fee(harbor, program, settlement, 1)
    async with unit(tenant=harbor) as work:
        await work.execute(
            text(
                "update settlements set agreed_in_writing_at = now(), approved_at = now(),"
                " creditor_paid_at = now() where id = :s"
            ),
            {"s": settlement.id},
        )
    with pytest.raises(IntegrityError, match="larger than"):
        await insert_fee(harbor, program, settlement, 75_002)
    await insert_fee(harbor, program, settlement, 75_000)
    async with unit(tenant=harbor) as work:
        assert await work.scalar(select(Fee.amount)) == 75_000


async def test_the_database_refuses_what_does_not_balance(harbor):
    async def book(second: int) -> None:
        async with unit(tenant=harbor) as work:
            codes = ("bank", "sales")
            accounts = list(await work.scalars(select(Account.id).where(Account.code.in_(codes))))
            entry = await work.scalar(
                text(
                    "insert into entries (id, key, booked_at, happened_at, kind, subject, subject_id,"
                    " currency) values (gen_random_uuid(), gen_random_uuid()::text, now(), now(), 'test',"
                    " 'test', gen_random_uuid(), 'USD') returning id"
                )
            )
            for account, amount in zip(accounts, (100, second), strict=True):
                await work.execute(
                    text(
                        "insert into postings (id, entry_id, account_id, amount) values (gen_random_uuid(), :e, :a, :m)"
                    ),
                    {"e": entry, "a": account, "m": amount},
                )

    with pytest.raises(IntegrityError, match="does not balance"):
        await book(-99)
    await book(-100)
    async with unit(tenant=harbor) as work:
        assert (
            len(list(await work.scalars(select(Entry.id)))) == 1
            and len(list(await work.scalars(select(Posting.id)))) == 2
        )


@pytest.mark.parametrize("table", ["postings", "entries", "fees", "audit", "disclosure_acceptances"])
async def test_what_is_booked_cannot_be_changed(harbor, table):
    for statement in (f"update {table} set id = id", f"delete from {table}"):
        with pytest.raises(Exception, match="permission denied"):
            async with unit(tenant=harbor) as work:
                await work.execute(text(statement))


async def test_a_client_may_leave_at_any_time(harbor):
    program = await enrolled(harbor)
    async with unit(tenant=harbor) as work:
        await service.cancel(work, program.id, "changed my mind")
        open_ = await work.scalar(text("select count(*) from deposits where state = 'scheduled'"))
    assert open_ == 0


async def test_an_offer_is_approved_once_and_not_after_it_expired(harbor):
    from app.core.errors import Conflict

    settlement = await offered(harbor, await enrolled(harbor))
    async with unit(tenant=harbor) as work:
        row = await work.get(Settlement, settlement.id)
        row.expires_on = await config.today(work) - timedelta(days=1)
    with pytest.raises(Conflict):
        async with unit(tenant=harbor) as work:
            await service.approve(work, settlement.id, words="Yes", approved_from="phone")
