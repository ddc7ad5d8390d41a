"""Staff's pages on programs, through HTTP: from the lead's panel to a settled debt."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.billing.models import Invoice
from app.core import clock
from app.core.work import unit
from app.leads import service as leads
from app.programs import service
from app.programs.models import Debt, Deposit, DisclosureAcceptance, Program, Settlement
from tests.leads.making import person_id
from tests.programs.making import a_lead, a_program, an_offer

pytestmark = pytest.mark.anyio
ALL_FOUR = dict.fromkeys(("time", "cost", "effects", "account"), "accepted")


def debts(**changes):
    first = str(clock.now().date() + timedelta(days=7))
    typed = {"rows": "4", "months": "36", "first_deposit_on": first}
    for place, amount in enumerate(("3,000", "$5,000.00", "7000")):
        typed |= {f"creditor-{place}": f"Bank {place} Example", f"amount-{place}": amount}
    return typed | changes


async def test_from_a_lead_to_an_enrolled_program(cast):
    harbor = cast.tenants["harbor"]
    lead = await a_lead(harbor)
    luis = await cast.browser("harbor", "luis")
    panel = await luis.get(f"/agent/leads/{lead}/program/panel", headers={"HX-Request": "true"})
    assert "Prepare a program" in panel.text and "<html" not in panel.text
    drafted = await luis.post(f"/agent/leads/{lead}/program", debts())
    assert drafted.status_code == 303
    url = drafted.headers["location"]
    plan = await luis.get(url)
    assert "$312.50" in plan.text and "$11,250.00" in plan.text and "25%" in plan.text  # (7,500 + 3,750) ÷ 36
    refused = await luis.post(f"{url}/enrol", {"time": "accepted"})
    assert refused.status_code == 422 and "Read this out" in refused.text
    enrolled = await luis.post(f"{url}/enrol", ALL_FOUR)
    assert enrolled.status_code == 303
    async with unit(tenant=harbor) as work:
        kept = list(await work.scalars(select(DisclosureAcceptance)))
        assert await work.scalar(select(Program.state)) == "active"
    assert len(kept) == 4 and all("Luis Ortega" in row.accepted_from for row in kept)
    assert "about 36 months" in next(row.words for row in kept if row.name == "time")
    assert "Under way" in (await luis.get(url)).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount-1": "many"}, "Enter an amount"),
        ({"amount-1": "100"}, "at least $250"),
        ({"creditor-1": "", "amount-1": "", "amount-2": "300"}, "at least $7,500"),
        ({"months": "90"}, "12 to 60"),
        ({"first_deposit_on": "2020-01-01"}, "past"),
        ({"last_four-0": "12"}, "four digits"),
    ],
)
async def test_faults_stand_beside_their_fields_and_nothing_is_lost(cast, changes, said):
    lead = await a_lead(cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    answer = await luis.post(f"/agent/leads/{lead}/program", debts(**changes))
    assert answer.status_code == 422 and said in answer.text and "Bank 0 Example" in answer.text
    assert (await luis.post(f"/agent/leads/{lead}/program", debts())).status_code == 303


async def test_more_rows_keep_what_was_typed(cast):
    lead = await a_lead(cast.tenants["harbor"])
    luis = await cast.browser("harbor", "luis")
    answer = await luis.post(f"/agent/leads/{lead}/program", debts(more="1"))
    assert answer.status_code == 200 and "creditor-7" in answer.text and "Bank 2 Example" in answer.text


async def test_deposits_clear_come_back_move_and_are_skipped(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    luis = await cast.browser("harbor", "luis")
    async with unit(tenant=harbor) as work:
        ids = list(await work.scalars(select(Deposit.id).order_by(Deposit.due_on).limit(4)))
    url = f"/agent/programs/{program.id}/deposits"
    day = str(clock.now().date() + timedelta(days=60))
    for place, (verb, data) in enumerate(
        [("clear", {}), ("return", {"code": "R01"}), ("skip", {}), ("move", {"due_on": day})]
    ):
        assert (await luis.post(f"{url}/{ids[place]}/{verb}", data)).status_code == 303
    assert (await luis.post(f"{url}/{ids[0]}/explode", {})).status_code == 404
    assert (await luis.post(f"{url}/{ids[0]}/return", {"code": "R99"})).status_code == 422
    async with unit(tenant=harbor) as work:
        rows = {row.id: row for row in await work.scalars(select(Deposit))}
    assert [rows[id_].state for id_ in ids] == ["cleared", "returned", "skipped", "scheduled"]
    assert str(rows[ids[3]].due_on) == day and len(rows) == 38


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
    everything = (await luis.get("/agent/programs")).text
    assert f"/agent/programs/{program.id}" in everything and f"/agent/programs/{other.id}" in everything
    offers = (await luis.get("/agent/programs?show=offers")).text
    assert str(program.id) in offers and str(other.id) not in offers and "1 waits" in offers
    assert str(program.id) not in (await maria.get("/agent/programs")).text
    summit = await cast.browser("summit", "luis")
    assert (await summit.get("/agent/programs")).status_code == 404
    assert "/agent/programs" not in (await summit.get("/agent/leads")).text
    assert 'href="/agent/programs"' in (await luis.get("/agent/leads")).text
