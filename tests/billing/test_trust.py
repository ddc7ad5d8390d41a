"""Client money: never below nothing, never mixed, and back to the client in time; by the database, whoever asks."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.billing import queries
from app.billing import service as billing
from app.billing.models import Invoice
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.work import unit
from app.programs import service
from app.programs.models import Program, TrustAccount
from app.programs.models.days import REFUND_DAYS, business_days_after
from tests.programs.making import a_program, an_offer, puts_in, settled

pytestmark = pytest.mark.anyio


@pytest.fixture
async def harbor(runtime):
    return await runtime.directory.by_slug("harbor")


async def saved(harbor, program):
    async with unit(tenant=harbor) as work:
        row = await work.get(TrustAccount, program.contact_id)
        return (row.saved, row.refunds) if row else (0, 0)


async def by_hand(harbor, contact_id, *sides):
    """As somebody with the tenant's own rights and a prompt would: (account, amount) pairs."""
    async with unit(tenant=harbor) as work:
        entry = await work.scalar(
            text(
                "insert into entries (id, key, booked_at, happened_at, kind, subject, subject_id, currency) values"
                " (gen_random_uuid(), gen_random_uuid()::text, now(), now(), 'x', 'x', gen_random_uuid(), 'USD')"
                " returning id"
            )
        )
        for code, amount in sides:
            await work.execute(
                text(
                    "insert into postings (id, entry_id, account_id, amount, contact_id) select gen_random_uuid(), :e,"
                    " id, :a, case when code in ('clients', 'refunds') then cast(:c as uuid) end from accounts"
                    " where code = :code"
                ),
                {"e": entry, "a": amount, "c": contact_id, "code": code},
            )


async def test_a_creditor_is_paid_only_out_of_what_is_saved(harbor):
    program = await a_program(harbor)
    offer = await an_offer(harbor, program, amount=150_000)
    await puts_in(harbor, program.id, 149_999)
    async with unit(tenant=harbor) as work:
        await service.approve(work, offer, words="Yes", approved_from="test")
        await service.note_agreement(work, offer)
    with pytest.raises(Invalid, match=r"\$0.01 is missing"):
        async with unit(tenant=harbor) as work:
            await service.pay_creditor(work, offer)
    await puts_in(harbor, program.id, 2_500)
    async with unit(tenant=harbor) as work:
        await service.pay_creditor(work, offer)
    assert await saved(harbor, program) == (2_499, 0)


async def test_the_database_refuses_to_overdraw_a_client_by_a_cent(harbor):
    program = await a_program(harbor)
    await puts_in(harbor, program.id, 10_000)
    with pytest.raises(IntegrityError, match="overdraw"):
        await by_hand(harbor, program.contact_id, ("clients", 10_001), ("trust", -10_001))
    await by_hand(harbor, program.contact_id, ("clients", 10_000), ("trust", -10_000))
    assert await saved(harbor, program) == (0, 0)


@pytest.mark.parametrize(
    "sides",
    [
        (("trust", -5_000), ("bank", 5_000)),
        (("clients", 5_000), ("fees", -5_000)),
        (("refunds", 5_000), ("trust", -5_000)),
        (("refunds", -5_000), ("bank", 5_000)),
    ],
    ids=["trust to bank", "savings to fees", "no such refund", "refund out of nothing"],
)
async def test_the_database_keeps_client_money_apart(harbor, sides):
    program = await a_program(harbor)
    await puts_in(harbor, program.id, 10_000)
    with pytest.raises(IntegrityError, match=r"mixes client money|overdraw"):
        await by_hand(harbor, program.contact_id, *sides)
    assert await saved(harbor, program) == (10_000, 0)


async def test_one_clients_money_never_pays_for_another(harbor):
    dana, omar = await a_program(harbor), await a_program(harbor, first="Omar")
    await puts_in(harbor, dana.id, 10_000)
    with pytest.raises(IntegrityError, match="overdraw"):
        await by_hand(harbor, omar.contact_id, ("clients", 1), ("trust", -1))
    with pytest.raises(IntegrityError, match="names nobody"):
        await by_hand(harbor, None, ("clients", 1), ("trust", -1))
    with pytest.raises(IntegrityError, match="mixes client money"):
        async with unit(tenant=harbor) as work:
            entry = uuid4()
            await work.execute(
                text(
                    "insert into entries (id, key, booked_at, happened_at, kind, subject, subject_id, currency)"
                    " values (:e, 'swap', now(), now(), 'x', 'x', :e, 'USD')"
                ),
                {"e": entry},
            )
            for contact, amount in ((dana.contact_id, 5_000), (omar.contact_id, -5_000)):
                await work.execute(
                    text(
                        "insert into postings (id, entry_id, account_id, amount, contact_id) select gen_random_uuid(),"
                        " :e, id, :a, :c from accounts where code = 'clients'"
                    ),
                    {"e": entry, "a": amount, "c": contact},
                )
    assert await saved(harbor, dana) == (10_000, 0) and await saved(harbor, omar) == (0, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "update trust_accounts set saved = saved + 1",
        "delete from trust_accounts",
        "insert into trust_accounts (contact_id, saved) select id, 100 from contacts",
        "update accounts set code = 'other' where code = 'clients'",
        "alter table postings disable trigger all",
        "drop trigger postings_keep_trust on postings",
        "set session_replication_role = replica",
    ],
)
async def test_a_tenants_role_cannot_go_round_the_guard(harbor, statement):
    program = await a_program(harbor)
    await puts_in(harbor, program.id, 10_000)
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with unit(tenant=harbor) as work:
            await work.execute(text(statement))


async def test_of_many_at_once_only_those_that_are_covered_win(harbor):
    program = await a_program(harbor)
    await puts_in(harbor, program.id, 30_000)

    async def take(place):
        async with unit(tenant=harbor) as work:
            await billing.post(
                work, f"take:{place}", "x", {"clients": 10_000, "trust": -10_000}, subject="program",
                subject_id=program.id, happened_at=clock.now(), contact_id=program.contact_id,
            )  # fmt: skip
            await asyncio.sleep(0.05)

    done = await asyncio.gather(*(take(place) for place in range(8)), return_exceptions=True)
    assert sum(outcome is None for outcome in done) == 3
    assert await saved(harbor, program) == (0, 0)


async def test_two_creditors_paid_at_once_out_of_one_saving(harbor):
    program = await a_program(harbor)
    offers = [await an_offer(harbor, program, position=place, amount=150_000) for place in (0, 1)]
    await puts_in(harbor, program.id, 200_000)
    for offer in offers:
        async with unit(tenant=harbor) as work:
            await service.approve(work, offer, words="Yes", approved_from="test")
            await service.note_agreement(work, offer)

    async def pay(offer):
        async with unit(tenant=harbor) as work:
            await service.pay_creditor(work, offer)

    done = await asyncio.gather(*(pay(offer) for offer in offers), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in done) == ["Invalid", "NoneType"]
    assert await saved(harbor, program) == (50_000, 0)


async def test_leaving_books_what_is_unearned_and_a_person_sends_it_once(harbor):
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))  # its fee of $750.00 is earned and still owed
    await puts_in(harbor, program.id, 100_000)
    async with unit(tenant=harbor) as work:
        await service.cancel(work, program.id, "changed my mind")
    async with unit(tenant=harbor) as work:
        left = await work.get(Program, program.id)
        assert (left.refund_amount, left.refund_paid_at) == (25_000, None)
        assert left.refund_due_on == business_days_after(clock.now().date(), REFUND_DAYS)
    assert await saved(harbor, program) == (75_000, 25_000)
    async with unit(tenant=harbor) as work:
        invoice = (await work.scalars(select(Invoice))).one()
        await billing.record_payment(work, invoice.id, key="the fee", amount=75_000, method="trust")
    assert await saved(harbor, program) == (0, 25_000)
    async with unit(tenant=harbor) as work:
        await billing.pay_refund(work, program.id, "check 1042")
    with pytest.raises(Conflict):
        async with unit(tenant=harbor) as work:
            await billing.pay_refund(work, program.id, "check 1043")
    assert await saved(harbor, program) == (0, 0)
    async with unit(tenant=harbor) as work:
        held = {row.code: row.balance for row in await queries.trial_balance(work)}
    assert held["trust"] == held["clients"] == held["refunds"] == 0


async def test_a_fee_paid_another_way_after_the_end_frees_what_was_kept_for_it(harbor):
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))
    await puts_in(harbor, program.id, 100_000)
    async with unit(tenant=harbor) as work:
        await service.cancel(work, program.id, "moved away")
    async with unit(tenant=harbor) as work:
        invoice = (await work.scalars(select(Invoice))).one()
        await billing.credit(work, invoice.id, key="first credit", amount=25_000, reason="goodwill")
    assert await saved(harbor, program) == (50_000, 50_000)
    async with unit(tenant=harbor) as work:
        await billing.record_payment(work, invoice.id, key="by check", amount=50_000, method="check")
    assert await saved(harbor, program) == (0, 100_000)
    async with unit(tenant=harbor) as work:
        left = await work.get(Program, program.id)
        assert left.refund_amount == 100_000


async def test_the_clients_account_pays_earned_fees_and_nothing_else(harbor):
    from app.billing.service.invoices import LineDraft, draft

    program = await a_program(harbor)
    await puts_in(harbor, program.id, 100_000)
    async with unit(tenant=harbor) as work:
        invoice = await draft(work, program.contact_id, [LineDraft(text="Set-up", unit_amount=5_000)])
        await billing.issue(work, invoice.id)
    with pytest.raises(Invalid, match="earned fees only"):
        async with unit(tenant=harbor) as work:
            await billing.record_payment(work, invoice.id, key="not this way", amount=5_000, method="trust")
    assert await saved(harbor, program) == (100_000, 0)


async def test_a_deposit_that_comes_back_after_it_was_spent_is_covered_by_the_firm(harbor):
    program = await a_program(harbor)
    deposit = await puts_in(harbor, program.id, 160_000)
    offer = await an_offer(harbor, program)
    async with unit(tenant=harbor) as work:
        await service.approve(work, offer, words="Yes", approved_from="test")
        await service.note_agreement(work, offer)
        await service.pay_creditor(work, offer)
    async with unit(tenant=harbor) as work:
        await service.return_deposit(work, deposit, "R10")
    async with unit(tenant=harbor) as work:
        held = {row.code: row.balance for row in await queries.trial_balance(work)}
        stopped = await work.get(Program, program.id)
    assert (held["trust"], held["clients"], held["covered"], held["bank"]) == (0, 0, 150_000, -150_000)
    assert stopped.hold == "R10"


async def test_a_deposit_that_comes_back_after_the_end_lessens_the_refund(harbor):
    program = await a_program(harbor)
    deposit = await puts_in(harbor, program.id, 30_000)
    await puts_in(harbor, program.id, 20_000)
    async with unit(tenant=harbor) as work:
        await service.cancel(work, program.id, "changed my mind")
    async with unit(tenant=harbor) as work:
        await service.return_deposit(work, deposit, "R01")
    assert await saved(harbor, program) == (0, 20_000)
    async with unit(tenant=harbor) as work:
        assert (await work.get(Program, program.id)).refund_amount == 20_000
        await billing.pay_refund(work, program.id, "check 1")
    assert await saved(harbor, program) == (0, 0)


async def test_the_last_settlement_stops_the_deposits_and_gives_the_rest_back(harbor):
    program = await a_program(harbor)
    for place in range(3):
        await settled(harbor, await an_offer(harbor, program, position=place, amount=100_000))
    async with unit(tenant=harbor) as work:
        done = await work.get(Program, program.id)
        ahead = await work.scalar(text("select sum(amount) from deposits where state = 'scheduled'"))
    assert done.state == "completed" and ahead == 375_000  # the three fees, and not a cent more


async def test_an_open_fee_is_not_sent_back_as_if_it_were_unearned(harbor):
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))
    await puts_in(harbor, program.id, 50_000)  # less than the fee of $750.00
    async with unit(tenant=harbor) as work:
        await service.cancel(work, program.id, "")
        assert (await work.get(Program, program.id)).refund_amount == 0
    assert await saved(harbor, program) == (50_000, 0)
