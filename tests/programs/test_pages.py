"""Staff's pages on programs, through HTTP: from the lead's panel to a settled debt."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.billing.models import Invoice
from app.core import clock, config
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.programs import service
from app.programs.models import Debt, Deposit, DisclosureAcceptance, Program, Settlement
from app.programs.models.days import REFUND_DAYS, bank_day, business_days_after
from app.programs.models.returns import RETRY_AFTER
from app.programs.models.schedule import following
from tests.leads.making import person_id
from tests.programs.making import a_lead, a_program, an_offer, puts_in, today
from themes import formats

pytestmark = pytest.mark.anyio
FOUR = ("time", "cost", "effects", "account")


def debts(**changes):
    typed = {"rows": "4"}
    for place, amount in enumerate(("3,000", "$5,000.00", "7000")):
        typed |= {f"creditor-{place}": f"Bank {place} Example", f"amount-{place}": amount}
    return typed | changes


def plan(**changes):
    return {"months": "36", "first_deposit_on": str(clock.now().date() + timedelta(days=7))} | changes


async def told(browser, url):
    """The four boxes as the page has them: each stands for the words beside it."""
    page = (await browser.get(f"{url}/disclosures")).text
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in FOUR}


def seen(answer):
    """The page as one line of words."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


async def test_from_a_lead_to_an_enrolled_program(cast):
    harbor = cast.tenants["harbor"]
    lead = await a_lead(harbor)
    luis = await cast.browser("harbor", "luis")
    url = f"/agent/leads/{lead}/program"
    panel = await luis.get(f"{url}/panel", headers={"HX-Request": "true"})
    assert "Prepare a program" in panel.text and "<html" not in panel.text
    drafted = await luis.post(url, debts())
    assert (drafted.status_code, drafted.headers["location"]) == (303, f"{url}/plan")
    reckoned = await luis.get(f"{url}/plan")
    assert (
        "$312.50" in reckoned.text and "$11,250.00" in reckoned.text and "25%" in reckoned.text
    )  # (7,500 + 3,750) ÷ 36
    assert (await luis.post(f"{url}/plan", plan())).headers["location"] == f"{url}/disclosures"
    boxes = await told(luis, url)
    refused = await luis.post(f"{url}/disclosures", {"time": boxes["time"]})
    assert refused.status_code == 422 and refused.text.count("Read this out") == 6, (
        "three, in the summary and beside it"
    )
    assert (await luis.post(f"{url}/enrol")).status_code == 422
    assert (await luis.get(f"{url}/review")).headers["location"] == f"{url}/disclosures"
    assert (await luis.post(f"{url}/disclosures", boxes)).headers["location"] == f"{url}/review"
    assert "36 deposits are planned, the first of $312.50" in seen(await luis.get(f"{url}/review"))
    enrolled = [await luis.post(f"{url}/enrol") for _ in range(2)]
    assert [answer.status_code for answer in enrolled] == [303, 303]
    async with unit(tenant=harbor) as work:
        kept = list(await work.scalars(select(DisclosureAcceptance)))
        assert await work.scalar(select(Program.state)) == "active"
    assert len(kept) == 4 and all("Luis Ortega" in row.accepted_from for row in kept)
    assert "about 36 months" in next(row.words for row in kept if row.name == "time")
    assert "Under way" in (await luis.get(enrolled[0].headers["location"])).text


async def test_an_approved_offer_waits_for_staff_until_the_creditor_is_paid(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    offer = await an_offer(harbor, program)
    assert "Approved: pay" not in seen(await luis.get("/agent/programs"))
    await puts_in(harbor, program.id, 150_000)
    async with unit(tenant=harbor) as work:
        await service.approve(work, offer, words="Yes.", approved_from="test")
        await service.note_agreement(work, offer)
    assert "Approved: pay the creditor" in seen(await luis.get("/agent/programs"))
    assert "1 approved offer waits to be paid" in seen(await ada.get("/admin"))
    assert (await luis.post(f"/agent/programs/{program.id}/settlements/{offer}/pay")).status_code == 303
    assert "Approved: pay" not in seen(await luis.get("/agent/programs"))
    assert "approved offer" not in seen(await ada.get("/admin"))


async def test_what_nobody_asked_yet_is_asked_in_the_review_and_all_debt_is_known_from_the_debts(cast):
    harbor = cast.tenants["harbor"]
    lead = await a_lead(harbor)
    async with unit(tenant=harbor) as work:
        (await work.get(Lead, lead)).custom = {}
    luis = await cast.browser("harbor", "luis")
    url = f"/agent/leads/{lead}/program"
    assert (await luis.post(url, debts())).status_code == 303
    assert (await luis.post(f"{url}/plan", plan())).status_code == 303
    assert (await luis.post(f"{url}/disclosures", await told(luis, url))).status_code == 303
    review = await luis.get(f"{url}/review")
    assert 'name="monthly_income"' in review.text and 'name="total_debt"' not in review.text
    for typed in ("", "a lot"):
        refused = await luis.post(f"{url}/enrol", {"monthly_income": typed})
        assert (
            refused.status_code == 422
            and 'href="#field-monthly_income"' in refused.text
            and "Read again" in refused.text
        )
    assert (await luis.get(f"{url}/review")).status_code == 200, "nothing has begun"
    enrolled = await luis.post(f"{url}/enrol", {"monthly_income": "$4,200"})
    assert enrolled.status_code == 303 and "Under way" in (await luis.get(enrolled.headers["location"])).text
    async with unit(tenant=harbor) as work:
        custom = (await work.get(Lead, lead)).custom
    assert (custom["total_debt"], custom["monthly_income"]) == ("15000", "4200")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount-1": "many"}, "Enter an amount"),
        ({"amount-1": "100"}, "at least $250"),
        ({"creditor-1": "", "amount-1": "", "amount-2": "300"}, "at least $7,500"),
        ({"last_four-0": "12"}, "four digits"),
    ],
)
async def test_faults_stand_beside_their_fields_and_nothing_is_lost(cast, changes, said):
    lead = await a_lead(cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    answer = await luis.post(f"/agent/leads/{lead}/program", debts(**changes))
    assert answer.status_code == 422 and said in answer.text and "Bank 0 Example" in answer.text
    assert (await luis.post(f"/agent/leads/{lead}/program", debts())).status_code == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"other": "90"}, "12 to 60"), ({"first_deposit_on": "2020-01-01"}, "past"), ({"months": ""}, "number of months")],
)
async def test_a_plan_that_cannot_be_is_refused_with_what_was_chosen(cast, changes, said):
    url = f"/agent/leads/{await a_lead(cast.tenants['harbor'])}/program"
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"{url}/plan", plan())).status_code == 404, "debts come first"
    await luis.post(url, debts())
    answer = await luis.post(f"{url}/plan", plan(**changes))
    assert answer.status_code == 422 and said in seen(answer)
    assert (await luis.post(f"{url}/plan", plan(other="24"))).status_code == 303
    assert "24 months" in (await luis.get(f"{url}/plan")).text


async def test_another_plan_is_read_out_again(cast):
    url = f"/agent/leads/{await a_lead(cast.tenants['harbor'])}/program"
    luis = await cast.browser("harbor", "luis")
    await luis.post(url, debts())
    await luis.post(f"{url}/plan", plan())
    await luis.post(f"{url}/disclosures", await told(luis, url))
    assert (await luis.get(f"{url}/review")).status_code == 200
    await luis.post(f"{url}/plan", plan(other="48"))
    refused = await luis.post(f"{url}/enrol")
    assert refused.status_code == 422 and refused.text.count("Read this out") == 2, "only the one that names the months"
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert not list(await work.scalars(select(DisclosureAcceptance)))


async def test_what_is_typed_is_added_up_at_once_and_kept_for_later(cast):
    lead = await a_lead(cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    url = f"/agent/leads/{lead}/program"
    few = seen(await luis.post(f"{url}/sum", {"rows": "4", "amount-0": "3,000", "amount-1": "x"}))
    assert "1 debt · $3,000.00" in few and "$4,500 more" in few
    assert "3 debts · $15,000.00" in seen(whole := await luis.post(f"{url}/sum", debts())) and "$312.50" in whole.text
    assert (await luis.post(f"/drafts/program-{lead}-debts", debts())).status_code == 204
    assert "Bank 2 Example" in (await luis.get(url)).text
    await luis.post(url, debts(**{"creditor-2": "Other Example"}))
    page = (await luis.get(url)).text
    assert "Other Example" in page and "Bank 2 Example" not in page, "what was sent counts"


async def test_more_rows_keep_what_was_typed(cast):
    lead = await a_lead(cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    answer = await luis.post(f"/agent/leads/{lead}/program", debts(more="1"))
    assert answer.status_code == 200 and "creditor-7" in answer.text and "Bank 2 Example" in answer.text


async def ahead(harbor, program):
    async with unit(tenant=harbor) as work:
        mine = (Deposit.program_id == program.id, Deposit.state == "scheduled")
        return list(await work.scalars(select(Deposit).where(*mine).order_by(Deposit.due_on, Deposit.id)))


async def test_deposits_clear_and_come_back(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    one, two, three, *_ = await ahead(harbor, program)
    url = f"/agent/programs/{program.id}/deposits"
    assert (await luis.post(f"{url}/{one.id}/clear")).status_code == 303
    assert (await luis.post(f"{url}/{two.id}/return", {"code": "R01"})).status_code == 303
    assert (await luis.post(f"{url}/{one.id}/explode", {})).status_code == 404
    assert (await luis.post(f"{url}/{one.id}/return", {"code": "R99"})).status_code == 422
    again = next(row for row in await ahead(harbor, program) if row.attempt == 2)
    assert again.amount == two.amount and again.retry_of == two.id
    assert again.due_on == business_days_after(await today(harbor), RETRY_AFTER)
    shown = seen(await luis.get(f"/agent/programs/{program.id}"))
    assert "try 2 of 3" in shown and "Deposits are held" not in shown
    assert (await luis.post(f"{url}/{three.id}/return", {"code": "R02"})).status_code == 303
    assert "Deposits are held since R02 Account closed" in seen(await luis.get(f"/agent/programs/{program.id}"))
    assert "Deposits held" in seen(await luis.get("/agent/programs"))
    assert (await luis.post(f"/agent/programs/{program.id}/resume")).status_code == 303
    assert "Deposits are held" not in seen(await luis.get(f"/agent/programs/{program.id}"))


async def test_only_what_may_have_been_drawn_is_offered_as_returned(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    first, second, *_ = await ahead(harbor, program)
    async with unit(tenant=harbor) as work:
        (await work.get(Deposit, first.id)).due_on = await config.today(work)
    page = (await luis.get(f"/agent/programs/{program.id}")).text
    assert f"{first.id}/return" in page and f"{second.id}/return" not in page and f"{second.id}/clear" in page


async def test_a_third_return_for_want_of_money_goes_to_the_end(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    last = (await ahead(harbor, program))[-1].due_on
    deposit = (await ahead(harbor, program))[0]
    for _ in range(3):
        async with unit(tenant=harbor) as work:
            await service.return_deposit(work, deposit.id, "R01")
        rows = await ahead(harbor, program)
        deposit = next((row for row in rows if row.retry_of == deposit.id), rows[-1])
    assert (deposit.attempt, deposit.due_on > last) == (1, True) and len(rows) == 36


async def test_a_change_shows_the_new_end_before_it_is_done(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    before = await ahead(harbor, program)
    url, first = f"/agent/programs/{program.id}/change", before[0]
    assert "What should change?" in seen(await luis.get(f"{url}?deposit={first.id}"))
    ends = following(before[-1].due_on, program.first_deposit_on)
    shown = seen(await luis.get(f"{url}?deposit={first.id}&kind=skip"))
    assert formats.day(before[-1].due_on, year=True) in shown and formats.day(ends, year=True) in shown
    assert await ahead(harbor, program) == before or len(await ahead(harbor, program)) == 36  # looking changes nothing
    assert (await luis.post(url, {"deposit": str(first.id), "kind": "skip"})).status_code == 303
    after = await ahead(harbor, program)
    assert after[-1].due_on == ends and sum(row.amount for row in after) == sum(row.amount for row in before)
    day = str(bank_day(clock.now().date() + timedelta(days=60)))
    assert (await luis.post(url, {"deposit": str(after[0].id), "kind": "move", "on": day})).status_code == 303
    assert day in {str(row.due_on) for row in await ahead(harbor, program)}
    assert (await luis.post(url, {"kind": "extra", "on": day, "amount": "500"})).status_code == 303
    assert sum(row.amount for row in await ahead(harbor, program)) == sum(row.amount for row in before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose what to change"),
        ({"kind": "move", "on": "soon"}, "Choose a day"),
        ({"kind": "move", "on": "2020-01-01"}, "today or a later day"),
        ({"kind": "amount", "amount": "lots"}, "Enter an amount"),
        ({"kind": "amount", "amount": "9"}, "at least $25"),
        ({"kind": "amount", "amount": "900,000"}, "more than the plan"),
    ],
)
async def test_a_change_with_a_fault_is_refused_beside_its_field(cast, given, said):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    first = (await ahead(harbor, program))[0]
    answer = await luis.post(f"/agent/programs/{program.id}/change", {"deposit": str(first.id), **given})
    assert answer.status_code == 422 and said in answer.text


async def test_leaving_says_what_goes_back_and_somebody_with_the_right_confirms_it(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    await puts_in(harbor, program.id, 100_000)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    url = f"/agent/programs/{program.id}"
    assert "$1,000.00 is saved" in seen(await luis.get(url))
    assert (await luis.post(f"{url}/cancel", {"reason": "moved"})).status_code == 303
    due = formats.day(business_days_after(await today(harbor), REFUND_DAYS))
    assert f"$1,000.00 goes back to Dana Reyes by {due}" in seen(await luis.get(url))
    assert "Money to send back" in seen(await luis.get("/agent/programs"))
    assert (await luis.post(f"{url}/refund", {"reference": "check 1"})).status_code == 404
    assert (await ada.post(f"{url}/refund", {"reference": "check 1"})).status_code == 303
    assert (await ada.post(f"{url}/refund", {"reference": "check 2"})).status_code == 409
    assert "$1,000.00 went back" in seen(await luis.get(url)) and "check 1" in seen(await luis.get(url))


async def test_an_offer_goes_its_way_and_only_the_client_approves(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    url = f"/agent/programs/{program.id}"
    async with unit(tenant=harbor) as work:
        debt = await work.scalar(select(Debt.id).where(Debt.position == 0))
    assert (await luis.post(f"{url}/debts/{debt}/offer", {"amount": "9,000"})).status_code == 422
    assert (await luis.post(f"{url}/debts/{debt}/offer", {"amount": "1,500"})).status_code == 303
    async with unit(tenant=harbor) as work:
        offer = await work.scalar(select(Settlement.id))
    assert (await luis.post(f"{url}/settlements/{offer}/approve")).status_code == 404
    assert (await luis.post(f"{url}/settlements/{offer}/agreement")).status_code == 303
    assert (await luis.post(f"{url}/settlements/{offer}/pay")).status_code == 422
    async with unit(tenant=harbor) as work:
        await service.approve(work, offer, words="Yes.", approved_from="test")
    assert "is missing" in (await luis.post(f"{url}/settlements/{offer}/pay")).text  # nothing is saved yet
    await puts_in(harbor, program.id, 150_000)
    for _ in range(2):  # pressed twice
        assert (await luis.post(f"{url}/settlements/{offer}/pay")).status_code == 303
    async with unit(tenant=harbor) as work:
        assert list(await work.scalars(select(Invoice.total_amount))) == [75_000]
    assert "fee $750.00 earned" in re.sub(r"\s+", " ", (await luis.get(url)).text)


async def test_what_belongs_to_another_program_is_not_found(cast):
    harbor = cast.tenants["harbor"]
    one, other = await a_program(harbor), await a_program(harbor, first="Omar")
    offer = await an_offer(harbor, other)
    luis = await cast.browser("harbor", "luis")
    assert (await luis.post(f"/agent/programs/{one.id}/settlements/{offer}/decline")).status_code == 404
    assert (await luis.post(f"/agent/programs/{other.id}/settlements/{offer}/decline")).status_code == 303


async def test_another_tenant_and_another_agents_lead_are_not_found(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    async with unit(tenant=harbor) as work:
        await leads.assign(work, program.lead_id, await person_id(cast, "luis"), reason="manual")
    url = f"/agent/programs/{program.id}"
    assert (await (await cast.browser("harbor", "luis")).get(url)).status_code == 200
    assert (await (await cast.browser("harbor", "maria")).get(url)).status_code == 404
    assert (await (await cast.browser("summit", "luis")).get(url)).status_code == 404


async def test_a_business_without_programs_shows_none(cast):
    lead = await a_lead(cast.tenants["summit"])
    luis = await cast.browser("summit", "luis")
    panel = await luis.get(f"/agent/leads/{lead}/program/panel", headers={"HX-Request": "true"})
    assert panel.status_code == 200 and not panel.text.strip()
    assert (await luis.get(f"/agent/leads/{lead}/program")).status_code == 404


async def test_the_list_goes_by_state_within_reach(cast):
    harbor = cast.tenants["harbor"]
    program, other = await a_program(harbor), await a_program(harbor, first="Omar", enrol=False)
    await an_offer(harbor, program)
    async with unit(tenant=harbor) as work:
        await leads.assign(work, program.lead_id, await person_id(cast, "luis"), reason="manual")
    luis, maria = await cast.browser("harbor", "luis"), await cast.browser("harbor", "maria")
    everything = (await luis.get("/agent/programs?show=all")).text
    assert f"/agent/programs/{program.id}" in everything and f"/agent/programs/{other.id}" in everything
    offers = (await luis.get("/agent/programs?show=offers")).text
    assert str(program.id) in offers and str(other.id) not in offers and "Offer to approve" in offers
    waiting = (await luis.get("/agent/programs")).text
    assert str(program.id) in waiting and str(other.id) not in waiting
    assert str(program.id) not in (await maria.get("/agent/programs?show=all")).text
    summit = await cast.browser("summit", "luis")
    assert (await summit.get("/agent/programs")).status_code == 404
    assert "/agent/programs" not in (await summit.get("/agent/leads")).text
    assert 'href="/agent/programs"' in (await luis.get("/agent/leads")).text
