"""Many at once: ticked rows or all that match, in chunks, within reach, and taken back as one."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from app.access.models import PersonRow
from app.core import clock
from app.core.work import unit
from app.leads import service
from app.leads.service import taking_back as undoing
from tests.drive import drain
from tests.leads.making import a_lead, as_actor, kinds, person_id, row
from tests.leads.test_one import _undo_url

pytestmark = pytest.mark.anyio
BULK = "/agent/leads/bulk"


async def owners(cast, leads) -> list[UUID | None]:
    return [(await row(cast, lead)).owner_id for lead in leads]


async def test_ticked_rows_are_assigned_and_taken_back(cast):
    luis, maria = await person_id(cast, "luis"), await person_id(cast, "maria")
    leads = [await a_lead(cast, owner_id=owner) for owner in (None, maria, luis)]
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(BULK, {"verb": "assign", "owner_id": str(luis), "ids": [str(lead) for lead in leads]})
    assert answer.status_code == 303
    assert await owners(cast, leads) == [luis] * 3
    assert (await kinds(cast, leads[2])).count("lead.assigned") == 0
    assert (await ada.post(_undo_url(answer))).status_code == 303
    assert await owners(cast, leads) == [None, maria, luis]


async def test_all_that_match_means_the_filter_and_the_reach(cast):
    luis, maria = await person_id(cast, "luis"), await person_id(cast, "maria")
    inside = [await a_lead(cast, state="GA", owner_id=luis), await a_lead(cast, state="GA")]
    outside = [await a_lead(cast, state="FL"), await a_lead(cast, state="GA", owner_id=maria)]
    where = '{"field":"state","op":"eq","value":"GA"}'
    browser = await cast.browser("harbor", "luis")
    answer = await browser.post(BULK, {"verb": "stage", "stage": "contacted", "every": "1", "where": where})
    assert answer.status_code == 303
    assert [(await kinds(cast, lead)).count("lead.stage_changed") for lead in (*inside, *outside)] == [
        1,
        1,
        0,
        0,
    ]
    await browser.post(BULK, {"verb": "stage", "stage": "contacted", "ids": [str(outside[1])]})
    assert (await kinds(cast, outside[1])).count("lead.stage_changed") == 0


async def test_a_long_change_goes_on_in_chunks_and_is_taken_back_whole(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.bulk.CHUNK", 2)
    monkeypatch.setattr(undoing, "CHUNK", 2)
    luis, tenant = await person_id(cast, "luis"), cast.tenants["harbor"]
    leads = [await a_lead(cast) for _ in range(7)]
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(BULK, {"verb": "assign", "owner_id": str(luis), "every": "1"})
    assert (await owners(cast, leads)).count(luis) == 2
    assert (await drain(cast.runtime, tenant))["failed"] == 0
    assert await owners(cast, leads) == [luis] * 7
    assert (await ada.post(_undo_url(answer))).status_code == 303
    await drain(cast.runtime, tenant)
    assert await owners(cast, leads) == [None] * 7


async def test_undo_stops_what_still_waits(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.bulk.CHUNK", 2)
    luis, tenant = await person_id(cast, "luis"), cast.tenants["harbor"]
    leads = [await a_lead(cast) for _ in range(5)]
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(BULK, {"verb": "assign", "owner_id": str(luis), "every": "1"})
    await ada.post(_undo_url(answer))
    await drain(cast.runtime, tenant)
    assert await owners(cast, leads) == [None] * 5


async def test_undo_is_for_minutes(cast):
    lead, ada = await a_lead(cast), await cast.browser("harbor", "ada")
    undo = _undo_url(await ada.post(BULK, {"verb": "stage", "stage": "contacted", "ids": [str(lead)]}))
    with clock.held_at(clock.real_now() + undoing.WINDOW + timedelta(seconds=5)):
        assert (await ada.post(undo)).status_code == 404
    assert (await ada.post(undo)).status_code == 303


async def test_what_a_stage_demands_is_missing_here_and_there(cast):
    ready, lacking = await a_lead(cast, total_debt=20000, hardship="medical"), await a_lead(cast)
    ada = await cast.browser("harbor", "ada")
    answer = await ada.post(BULK, {"verb": "stage", "stage": "qualified", "ids": [str(ready), str(lacking)]})
    assert answer.status_code == 303
    assert (await kinds(cast, ready)).count("lead.stage_changed") == 1
    assert (await kinds(cast, lacking)).count("lead.stage_changed") == 0
    page = (await ada.get(answer.headers["location"])).text
    assert "Moved 1 to Qualified." in page and "1 need more first" in page


async def test_rights_are_those_of_each_verb(cast):
    lead, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    for form in (
        {"verb": "assign", "owner_id": str(await person_id(cast, "luis"))},
        {"verb": "delete"},
        {"verb": "drop"},
    ):
        assert (await luis.post(BULK, {**form, "ids": [str(lead)]})).status_code == 404
    assert (await row(cast, lead)).owner_id is None
    assert (await luis.post(BULK, {"verb": "tag", "tag": "x", "ids": [str(lead)]})).status_code == 303


@pytest.mark.parametrize(
    "form",
    [
        {"verb": "stage", "stage": "contacted"},
        {"verb": "stage", "ids": "x", "stage": "contacted"},
        {"verb": "tag", "every": "1"},
        {"verb": "assign", "owner_id": "x", "every": "1"},
        {"verb": "stage", "stage": "contacted", "every": "1", "where": "{"},
    ],
)
async def test_a_change_that_makes_no_sense_is_refused(cast, form):
    lead, ada = await a_lead(cast), await cast.browser("harbor", "ada")
    assert (await ada.post(BULK, form)).status_code == 422
    assert await kinds(cast, lead) == ["lead.created"]


async def test_somebody_deactivated_meanwhile_changes_nothing_more(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.bulk.CHUNK", 2)
    leads, tenant = [await a_lead(cast) for _ in range(4)], cast.tenants["harbor"]
    ada = await cast.browser("harbor", "ada")
    await ada.post(BULK, {"verb": "stage", "stage": "contacted", "every": "1"})
    async with unit(tenant=tenant) as work:
        await work.execute(update(PersonRow).where(PersonRow.email == "ada@example.com").values(state="deactivated"))
    outcomes = await drain(cast.runtime, tenant)
    assert outcomes["failed"] + outcomes["retry"] >= 1
    moved = [(await kinds(cast, lead)).count("lead.stage_changed") for lead in leads]
    assert sum(moved) == 2


async def test_an_undo_of_somebody_elses_deed_is_not_found(cast):
    lead, tenant = await a_lead(cast), cast.tenants["harbor"]
    async with unit(await as_actor(cast, "ada"), tenant=tenant) as work:
        trace = work.trace
        await service.assign(work, lead, await person_id(cast, "maria"))
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    assert (await luis.post(f"/agent/leads/undo/{trace}")).status_code == 404
    assert (await ada.post(f"/agent/leads/undo/{trace}")).status_code == 303
    assert (await row(cast, lead)).owner_id is None
