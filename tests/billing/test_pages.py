"""Invoices and the ledger for staff, through HTTP."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.billing import service
from app.billing.models import Invoice, Payment
from app.core import clock
from app.core.work import unit
from app.messages.models import Message
from tests.drive import drain
from tests.programs.making import a_program, an_offer, puts_in, settled

pytestmark = pytest.mark.anyio


def seen(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
async def bill(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    await settled(harbor, await an_offer(harbor, program))
    async with unit(tenant=harbor) as work:
        return (await work.scalars(select(Invoice))).one()


def payment(**changes):
    return {
        "key": "one-press-of-a-button",
        "amount": "250",
        "method": "check",
        "reference": "No. 12",
    } | changes


async def paid(cast, invoice_id):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        invoice = await work.get(Invoice, invoice_id)
        return invoice.state, invoice.paid_amount, len(list(await work.scalars(select(Payment.id))))


async def test_payments_count_once_in_parts_and_never_too_much(cast, bill):
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/invoices/{bill.id}"
    for _ in range(2):
        assert (await ada.post(f"{url}/payments", payment())).status_code == 303
    assert await paid(cast, bill.id) == ("open", 25_000, 1)
    over = await ada.post(f"{url}/payments", payment(key="another-press", amount="500.01"))
    assert over.status_code == 422 and "$500.00 that is still owed" in over.text and "500.01" in over.text
    assert await paid(cast, bill.id) == ("open", 25_000, 1)
    assert (await ada.post(f"{url}/payments", payment(key="third-press-now", amount="500"))).status_code == 303
    assert await paid(cast, bill.id) == ("paid", 75_000, 2)
    assert "No. 12" in seen(await ada.get(url))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "lots"},
        {"amount": "0"},
        {"amount": "-5"},
        {"method": "shells"},
        {"received_on": "soon"},
        {"received_on": "2199-01-01"},
        {"key": ""},
    ],
)
async def test_a_payment_with_a_fault_is_refused(cast, bill, changes):
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(f"/admin/invoices/{bill.id}/payments", payment(**changes))
    assert answer.status_code == 422 and await paid(cast, bill.id) == ("open", 0, 0)


async def test_an_invoice_is_taken_back_unless_something_was_paid(cast, bill):
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/invoices/{bill.id}"
    await ada.post(f"{url}/payments", payment())
    assert (await ada.post(f"{url}/void")).status_code == 409
    program = await a_program(cast.tenants["harbor"], first="Omar")
    await settled(cast.tenants["harbor"], await an_offer(cast.tenants["harbor"], program))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        other = await work.scalar(select(Invoice.id).where(Invoice.id != bill.id))
    assert (await ada.post(f"/admin/invoices/{other}/void")).status_code == 303
    assert (await paid(cast, other))[0] == "void"


async def test_the_list_goes_by_state_and_the_books_balance(cast, bill):
    ada = await cast.browser("harbor", "ada")
    assert str(bill.number) in seen(await ada.get("/admin/invoices?state=open"))
    assert "No invoice is in this state" in seen(await ada.get("/admin/invoices?state=paid"))
    await ada.post(f"/admin/invoices/{bill.id}/payments", payment())
    ledger = seen(await ada.get("/admin/ledger"))
    # 1,500 put in and on to the creditor, 750 billed, 250 received.
    assert "The books balance: $4,000.00 on each side" in ledger and "Creditor paid" in ledger
    assert "Creditor paid" not in seen(await ada.get("/admin/ledger?account=bank"))


@pytest.mark.parametrize(("name", "sees", "manages"), [("ada", 200, 422), ("luis", 404, 404)])
async def test_only_who_may_sees_and_records(cast, bill, name, sees, manages):
    browser = await cast.browser("harbor", name)
    for url in ("/admin/invoices", f"/admin/invoices/{bill.id}", "/admin/ledger"):
        assert (await browser.get(url)).status_code == sees
    assert (await browser.post(f"/admin/invoices/{bill.id}/payments", {})).status_code == manages


async def test_another_tenants_invoice_is_not_found(cast, bill):
    ada = await cast.browser("summit", "ada")
    assert (await ada.get(f"/admin/invoices/{bill.id}")).status_code == 404
    assert (await ada.post(f"/admin/invoices/{bill.id}/payments", payment())).status_code == 404
    assert (await ada.get("/admin/invoices")).status_code == 200


async def test_a_part_is_let_off_once_and_the_books_show_it(cast, bill):
    ada = await cast.browser("harbor", "ada")
    url = f"/admin/invoices/{bill.id}/credits"
    assert (await ada.post(url, {"key": "one-press", "credit": "900", "reason": "goodwill"})).status_code == 422
    refused = await ada.post(url, {"key": "one-press", "credit": "50", "reason": ""})
    assert refused.status_code == 422 and "Say why" in refused.text and 'value="50"' in refused.text
    for _ in range(2):
        assert (await ada.post(url, {"key": "one-press", "credit": "50", "reason": "goodwill"})).status_code == 303
    page = seen(await ada.get(f"/admin/invoices/{bill.id}"))
    assert "Credit note goodwill $50.00" in page and "Still owed $700.00" in page
    assert (await (await cast.browser("harbor", "luis")).post(url, {})).status_code == 404


async def test_reminders_go_out_on_their_days_and_never_twice(cast, bill, runtime):
    harbor = cast.tenants["harbor"]
    await drain(runtime, harbor)

    async def sent():
        async with unit(tenant=harbor) as work:
            keys = await work.scalars(select(Message.key).where(Message.key.like("invoice-reminder:%")))
            return sorted(key.rsplit(":", 1)[1] for key in keys)

    for days, expected in (
        (0, []),
        (11, ["1"]),
        (12, ["1"]),
        (17, ["1", "2"]),
        (40, ["1", "2", "3"]),
        (80, ["1", "2", "3"]),
    ):
        later = clock.now() + timedelta(days=days)
        for _ in range(2):
            async with unit(tenant=harbor) as work:
                with clock.held_at(later):
                    for invoice_id in await service.due_reminders(work):
                        await service.remind(work, invoice_id)
        assert await sent() == expected
    ada = await cast.browser("harbor", "ada")
    await ada.post(f"/admin/invoices/{bill.id}/payments", payment(amount="750"))
    assert (await ada.post(f"/admin/invoices/{bill.id}/remind")).status_code == 303
    assert await sent() == ["1", "2", "3"]


async def test_after_a_long_silence_one_reminder_stands_for_all_that_were_missed(cast, bill, runtime):
    harbor = cast.tenants["harbor"]
    await drain(runtime, harbor)
    with clock.held_at(clock.now() + timedelta(days=60)):
        for due in ([bill.id], [], []):
            async with unit(tenant=harbor) as work:
                assert await service.due_reminders(work) == due
                for invoice_id in due:
                    assert await service.remind(work, invoice_id)
    async with unit(tenant=harbor) as work:
        sent = await work.scalars(select(Message.key).where(Message.key.like("invoice-reminder:%")))
        assert [key.rsplit(":", 1)[1] for key in sent] == ["3"]


async def test_client_money_is_shown_three_ways(cast, bill):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor, first="Omar")
    await puts_in(harbor, program.id, 50_000)
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    page = seen(await ada.get("/admin/ledger/trust?bank=500"))
    assert "hold $500.00 for clients" in page and "The bank says the same" in page and "Omar Reyes" in page
    assert "$100.00 apart" in seen(await ada.get("/admin/ledger/trust?bank=600"))
    assert (await ada.get("/admin/ledger/trust?bank=lots")).status_code == 422
    statement = seen(await ada.get(f"/admin/ledger/clients/{program.contact_id}"))
    assert "Deposit cleared $500.00 $500.00" in statement
    assert "Deposit cleared" in seen(await ada.get(f"/agent/programs/{program.id}/books"))
    for url in ("/admin/ledger/trust", f"/admin/ledger/clients/{program.contact_id}"):
        assert (await luis.get(url)).status_code == 404


async def test_days_of_reminders_are_set_on_a_page(cast, bill, runtime):
    harbor, page = cast.tenants["harbor"], "/admin/invoice-terms"
    await drain(runtime, harbor)
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    given = {"days": "30", "before": "7", "after": "0, 5", "note": "Thank you."}
    assert (await luis.get(page)).status_code == 404 and (await luis.post(page, given)).status_code == 404
    for name, wrong in (("days", "ten"), ("days", ""), ("before", "0"), ("after", "5; 6"), ("after", "1,2,3,4,5,6")):
        refused = await ada.post(page, {**given, name: wrong})
        assert refused.status_code == 422 and f'value="{wrong}"' in refused.text and "Thank you." in refused.text
    assert (await ada.post(page, given)).status_code == 303
    async with unit(tenant=harbor) as work:
        assert (await service.billing_terms(work)).reminders == (-7, 0, 5)
        for before, reminded in ((8, False), (7, True)):  # 14 days until this one is due
            with clock.held_at(clock.now() + timedelta(days=14 - before)):
                assert (bill.id in await service.due_reminders(work)) is reminded
    shown = (await ada.get(page)).text
    assert 'value="30"' in shown and 'value="7"' in shown and 'value="0, 5"' in shown
    assert (await ada.post(page, {**given, "before": "", "after": ""})).status_code == 303
    async with unit(tenant=harbor) as work:
        with clock.held_at(clock.now() + timedelta(days=80)):
            assert await service.due_reminders(work) == []
