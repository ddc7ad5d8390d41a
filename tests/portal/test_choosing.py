"""What clients do about their own program: change deposits, approve, leave. The effect is shown before it is done."""

import asyncio
import html
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core import clock, config
from app.core.work import unit
from app.programs import service
from app.programs.models import Deposit, Fee, Program, Settlement
from app.programs.models.days import REFUND_DAYS, bank_day, business_days_after
from app.programs.models.schedule import following
from tests.portal.test_portal import dana as dana
from tests.portal.test_portal import seen
from tests.programs.making import a_client, a_program, an_offer, puts_in, settled, today
from themes import formats

pytestmark = pytest.mark.anyio
URL = "/portal/deposits/change"


async def ahead(cast, program):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        mine = (Deposit.program_id == program.id, Deposit.state == "scheduled")
        return list(await work.scalars(select(Deposit).where(*mine).order_by(Deposit.due_on, Deposit.id)))


async def test_a_small_move_is_the_clients_own_and_a_skip_is_asked_for(cast, dana):
    browser, program = dana
    first, *_, last = await ahead(cast, program)
    day = bank_day(first.due_on + timedelta(days=5))
    assert (await browser.post(URL, {"deposit": str(first.id), "kind": "move", "on": str(day)})).status_code == 303
    assert (await ahead(cast, program))[0].due_on == day
    ends = following(last.due_on, program.first_deposit_on)
    shown = seen(await browser.get(f"{URL}?deposit={first.id}&kind=skip"))
    assert formats.day(ends, year=True) in shown and "We look at this first" in shown
    assert (await browser.post(URL, {"deposit": str(first.id), "kind": "skip"})).status_code == 303
    assert (await ahead(cast, program))[-1].due_on == last.due_on  # nothing is changed yet
    assert "You asked to change this" in seen(await browser.get("/portal/program"))
    luis = await cast.browser("harbor", "luis")
    staff = seen(await luis.get(f"/agent/programs/{program.id}"))
    assert "Dana asks to change the deposit" in staff and "Client asks" in seen(await luis.get("/agent/programs"))
    answer = f"/agent/programs/{program.id}/requests/{first.id}"
    for _ in range(2):  # answered once
        assert (await luis.post(answer, {"answer": "yes"})).status_code == 303
    after = await ahead(cast, program)
    assert after[-1].due_on == ends and len(after) == 36
    assert "You asked" not in seen(await browser.get("/portal/program"))
    assert "Client asks" not in seen(await luis.get("/agent/programs"))


async def test_a_day_on_which_banks_are_closed_is_said_and_drawn_on_the_next(cast, dana):
    browser, program = dana
    first = (await ahead(cast, program))[0]
    sunday = first.due_on + timedelta(days=6 - first.due_on.weekday())
    drawn = bank_day(sunday)
    asked = {"deposit": str(first.id), "kind": "move", "on": str(sunday)}
    shown = seen(await browser.get(URL, params=asked))
    said = f"Banks are closed on {formats.day(sunday)}, so the money is drawn on {formats.day(drawn)}."
    assert said in shown and "What you put in altogether" in shown
    assert (await browser.post(URL, asked)).status_code == 303
    assert {row.due_on for row in await ahead(cast, program)} >= {drawn}
    assert "Banks are closed" not in seen(await browser.get(URL, params={**asked, "on": str(drawn)}))


async def test_a_client_leaves_banks_the_days_that_they_need(cast, dana):
    browser, program = dana
    soon = business_days_after(await today(cast.tenants["harbor"]), 3)
    extra = {"kind": "extra", "amount": "100", "on": str(soon - timedelta(days=1))}
    refused = await browser.post(URL, extra)
    assert refused.status_code == 422 and f"Choose {formats.day(soon)} or later" in seen(refused)
    assert (await browser.post(URL, {**extra, "on": str(soon)})).status_code == 303
    assert soon in {row.due_on for row in await ahead(cast, program)}


async def test_who_left_is_not_shown_years_of_deposits_that_fell_away(cast, dana):
    browser, _ = dana
    assert (await browser.post("/portal/leaving", {"sure": "1"})).status_code == 303
    shown = seen(await browser.get("/portal/program"))
    assert "You have left the program" in shown and "Skipped" not in shown


async def test_a_declined_wish_leaves_the_plan(cast, dana):
    browser, program = dana
    before = [(row.due_on, row.amount) for row in await ahead(cast, program)]
    first = (await ahead(cast, program))[0]
    await browser.post(URL, {"deposit": str(first.id), "kind": "monthly", "amount": "200"})
    luis = await cast.browser("harbor", "luis")
    assert "$200.00 a month" in seen(await luis.get(f"/agent/programs/{program.id}"))
    await luis.post(f"/agent/programs/{program.id}/requests/{first.id}", {"answer": "no"})
    assert [(row.due_on, row.amount) for row in await ahead(cast, program)] == before


async def test_it_is_too_late_two_days_before_and_another_deposit_is_not_found(cast, dana):
    browser, program = dana
    first = (await ahead(cast, program))[0]
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (await work.get(Deposit, first.id)).due_on = await config.today(work) + timedelta(days=1)
    refused = await browser.post(URL, {"deposit": str(first.id), "kind": "skip"})
    assert refused.status_code == 422 and "too late" in refused.text
    other = await a_program(cast.tenants["harbor"], first="Omar")
    theirs = (await ahead(cast, other))[0]
    assert (await browser.post(URL, {"deposit": str(theirs.id), "kind": "skip"})).status_code == 404
    omar = await a_client(cast, "harbor", other.contact_id, "Omar")
    assert (await omar.post(URL, {"deposit": str(theirs.id), "kind": "skip"})).status_code == 303


async def test_the_calculator_says_a_month_and_promises_nothing(cast, dana):
    browser, program = dana
    before = await ahead(cast, program)
    page = seen(await browser.get("/portal/program?more=50"))
    assert "With $362.50 a month your plan could end in" in page and "This is an estimate" in page
    assert "Enter an amount, like 50" in seen(await browser.get("/portal/program?more=lots"))
    assert [(row.id, row.amount) for row in await ahead(cast, program)] == [(row.id, row.amount) for row in before]


async def test_two_approvals_at_once_are_one_and_no_fee_comes_of_them(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    offer = await an_offer(harbor, program)
    answers = await asyncio.gather(*(browser.post(f"/portal/offers/{offer}/approve") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    async with unit(tenant=harbor) as work:
        kept = await work.get(Settlement, offer)
        assert (kept.state, kept.creditor_paid_at) == ("approved", None)
        assert (await work.scalars(select(Fee))).first() is None


async def test_a_yes_to_other_words_than_those_shown_is_refused(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    offer = await an_offer(harbor, program)
    assert (await browser.post(f"/portal/offers/{offer}/approve", {"seen": "0123456789abcdef"})).status_code == 409
    async with unit(tenant=harbor) as work:
        assert (await work.get(Settlement, offer)).state == "offered"


async def test_an_offer_runs_out_by_itself_and_its_debt_goes_on_saving(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    offer = await an_offer(harbor, program)
    async with unit(tenant=harbor) as work:
        (await work.get(Settlement, offer)).expires_on = await config.today(work) - timedelta(days=1)
    assert "would take" not in seen(await browser.get("/portal"))
    for _ in range(2):
        async with unit(tenant=harbor) as work:
            await service.expire_offers(work)
    async with unit(tenant=harbor) as work:
        assert (await work.get(Settlement, offer)).state == "expired"
    await an_offer(harbor, program)  # the debt takes another one


async def test_leaving_shows_what_comes_back_and_is_the_clients_own_to_do(cast, dana):
    browser, program = dana
    harbor = cast.tenants["harbor"]
    await settled(harbor, await an_offer(harbor, program))
    await puts_in(harbor, program.id, 100_000)
    due = formats.day(business_days_after(await today(harbor), REFUND_DAYS))
    page = seen(await browser.get("/portal/leaving"))
    assert "Comes back to you $250.00" in page and f"By {due} at the latest" in page
    assert (await browser.post("/portal/leaving", {"reason": "moved"})).status_code == 422
    assert (await browser.post("/portal/leaving", {"sure": "1", "reason": "moved"})).status_code == 303
    home = seen(await browser.get("/portal"))
    assert "You have left the program" in home and f"$250.00 by {due}" in home
    async with unit(tenant=harbor) as work:
        assert (await work.get(Program, program.id)).refund_amount == 25_000
    assert (await browser.get("/portal/leaving")).status_code == 303  # nothing to leave any more
    assert (await browser.post(URL, {"kind": "extra", "amount": "50"})).status_code == 404


async def test_the_first_weeks_are_explained_and_then_what_comes_next(cast, dana):
    browser, program = dana
    assert "Your account is opened in your own name" in seen(await browser.get("/portal"))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (await work.get(Program, program.id)).enrolled_at = clock.now() - timedelta(days=61)
    home = seen(await browser.get("/portal"))
    assert "Your account is opened" not in home and "The last deposit of your plan" in home
    assert "Could be settled around" in home and "(estimate)" in home


async def test_a_deposit_that_is_nearly_drawn_is_not_offered_to_be_changed(cast, dana):
    browser, program = dana
    first, second, *_ = await ahead(cast, program)
    link = "/portal/deposits/change?deposit="
    with clock.held_at(clock.now() + (first.due_on - await today(cast.tenants["harbor"]) - timedelta(days=1))):
        page = (await browser.get("/portal/program")).text
        leaving = (await browser.get("/portal/leaving")).text
    assert f"{link}{first.id}" not in page and "Too late to change here" in page and f"{link}{second.id}" in page
    assert f"{link}{second.id}&amp;kind=skip" in leaving, "a break begins with the first that can still be skipped"


async def test_an_administrator_says_what_clients_may_change_alone(cast, dana):
    browser, program = dana
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    page, given = "/admin/program", {"skip": "free", "move": "ask", "amount": "ask", "monthly": "ask", "extra": "free"}
    assert (await luis.get(page)).status_code == 404 and (await luis.post(page, given)).status_code == 404
    refused = await ada.post(page, {**given, "days": "0", "move_days": "soon"})
    assert refused.status_code == 422 and "from 1 to 10" in refused.text and 'value="soon"' in refused.text
    changed, known = "changed the organisation's settings", html.unescape(seen(await ada.get("/admin/audit")))
    for _ in range(2):
        assert (await ada.post(page, {**given, "days": "2", "move_days": "10"})).status_code == 303
    first, second, *_ = await ahead(cast, program)
    assert (await browser.post(URL, {"deposit": str(first.id), "kind": "skip"})).status_code == 303
    assert (await ahead(cast, program))[0].due_on == second.due_on, "done at once"
    day = second.due_on + timedelta(days=2)
    assert (await browser.post(URL, {"deposit": str(second.id), "kind": "move", "on": str(day)})).status_code == 303
    assert (await ahead(cast, program))[0].due_on == second.due_on, "asked for now"
    audit = html.unescape(seen(await ada.get("/admin/audit")))
    assert audit.count(changed) == known.count(changed) + 1, "written down once"
    summit = await cast.browser("summit", "ada")
    assert (await summit.get(page)).status_code == 404, "no programs there"
    assert page not in (await summit.get("/admin/settings")).text
