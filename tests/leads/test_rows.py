"""Rows of the list changed where they stand, the archive and the way back, views of one's own, verbs of rooms above."""

import re

import pytest
from sqlalchemy import select

from app.core.work import unit
from app.leads.models import SavedView
from app.sequences.models import Sequence, SequenceRun
from tests.leads.making import a_lead, kinds, person_id, row
from tests.leads.test_one import _undo_url

pytestmark = pytest.mark.anyio
LIST = "/agent/leads"
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://harbor.localhost:8000/agent/leads?columns=stage,owner"}


async def test_cells_are_changed_in_place_with_the_columns_of_the_list(cast):
    lead_id, luis = await a_lead(cast), await person_id(cast, "luis")
    ada = await cast.browser("harbor", "ada")
    assert "Contacted" in (await ada.get(f"{LIST}/{lead_id}/cell/stage")).text
    moved = await ada.post(f"{LIST}/{lead_id}/cell/stage", {"to": "contacted"}, headers=HTMX)
    assert moved.text.strip().startswith("<tr") and "Contacted" in moved.text and moved.text.count("<td") == 3
    given = await ada.post(f"{LIST}/{lead_id}/cell/owner", {"to": str(luis)}, headers=HTMX)
    assert "Luis Ortega" in given.text and (await row(cast, lead_id)).owner_id == luis
    for when in ("2026-12-01T10:00", "2026-12-02T10:00"):
        await ada.post(f"{LIST}/{lead_id}/cell/next_action_at", {"to": when}, headers=HTMX)
    assert (await row(cast, lead_id)).next_action_at.day == 2
    assert (await kinds(cast, lead_id)).count("task.added") == 1
    browser = await cast.browser("harbor", "luis")
    assert (await browser.post(f"{LIST}/{lead_id}/cell/owner", {"to": ""}, headers=HTMX)).status_code == 404
    assert (await browser.get(f"{LIST}/{lead_id}/cell/score")).status_code == 404


async def test_a_stage_that_asks_opens_its_sheet_and_leaves_the_row_alone(cast):
    lead_id, ada = await a_lead(cast), await cast.browser("harbor", "ada")
    answer = await ada.post(f"{LIST}/{lead_id}/cell/stage", {"to": "qualified"}, headers=HTMX)
    assert f"{LIST}/{lead_id}/stage?stage=qualified" in answer.headers["HX-Trigger"]
    assert (await kinds(cast, lead_id)).count("lead.stage_changed") == 0


async def test_archived_ones_are_only_in_the_archive_and_come_back(cast):
    leads = [await a_lead(cast), await a_lead(cast)]
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    done = await ada.post(f"{LIST}/bulk", {"verb": "archive", "ids": [str(lead) for lead in leads]})
    assert done.status_code == 303 and str(leads[0]) not in (await ada.get(LIST)).text
    archive = (await ada.get(f"{LIST}?view=archive")).text
    assert all(f"lead-{lead}" in archive for lead in leads) and "Bring back" in archive
    assert (await luis.get(f"{LIST}?view=archive")).status_code == 404
    assert (await luis.post(f"{LIST}/{leads[0]}/restore")).status_code == 404
    assert (await ada.post(f"{LIST}/{leads[0]}/restore")).status_code == 303
    back = {"verb": "restore", "every": "1", "view": "archive"}
    assert (await ada.post(f"{LIST}/bulk", back)).status_code == 303
    assert [(await row(cast, lead)).deleted_at for lead in leads] == [None, None]
    one = await ada.post(f"{LIST}/{leads[1]}/archive", {"next": LIST})
    assert (await row(cast, leads[1])).deleted_at is not None
    await ada.post(_undo_url(one))
    assert (await row(cast, leads[1])).deleted_at is None
    refused = await luis.post(f"{LIST}/bulk", {"verb": "archive", "ids": [str(leads[0])]})
    assert refused.status_code == 404 and (await row(cast, leads[0])).deleted_at is None


async def test_a_chip_is_changed_where_it_stands(cast):
    florida, georgia = await a_lead(cast, state="FL"), await a_lead(cast, state="GA")
    ada = await cast.browser("harbor", "ada")
    where = '{"all":[{"field":"state","op":"eq","value":"FL"},{"field":"score","op":"gte","value":0}]}'
    sheet = (await ada.get(f"{LIST}/filter/edit", params={"where": where, "place": "0"})).text
    assert 'name="place" value="0"' in sheet and 'value="FL"' in sheet
    change = {"where": where, "place": "0", "field": "state", "op": "eq", "value": "GA"}
    answer = await ada.get(f"{LIST}/filter", params=change)
    page = (await ada.get(answer.headers["location"])).text
    assert f"lead-{georgia}" in page and f"lead-{florida}" not in page and page.count("Remove filter") == 2
    assert (await ada.get(f"{LIST}/filter/edit", params={"where": where, "place": "9"})).status_code == 303


async def test_views_are_renamed_ordered_and_shared_by_their_owner_alone(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    for name in ("Florida", "Georgia"):
        await ada.post(f"{LIST}/views", {"name": name, "q": name})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        views = {view.name: view.id for view in await work.scalars(select(SavedView))}
    url = f"{LIST}/views/{views['Georgia']}"
    for form in ({"name": "Peach state"}, {"to": "left"}, {"shared": "1"}):
        assert (await luis.post(url, form)).status_code == 404
        assert (await ada.post(url, form)).status_code == 303
    page = (await ada.get(LIST)).text
    assert page.index("Peach state") < page.index(">Florida") and "Peach state" in (await luis.get(LIST)).text
    await ada.post(url, {"name": "Florida"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.get(SavedView, views["Georgia"])).name == "Peach state"


async def test_many_are_added_to_a_sequence_by_a_verb_of_the_room_above(cast):
    leads, ada = [await a_lead(cast), await a_lead(cast)], await cast.browser("harbor", "ada")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        sequence = (await work.scalars(select(Sequence).order_by(Sequence.position).limit(1))).one()
        sequence.state = "on"
    form = {"verb": "sequence", "to_sequence": str(sequence.id), "ids": [str(lead) for lead in leads]}
    assert sequence.label in (await ada.get(LIST)).text
    assert (await ada.post(f"{LIST}/bulk", form)).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        runs = list(await work.scalars(select(SequenceRun.lead_id).where(SequenceRun.sequence_id == sequence.id)))
    assert set(leads) <= set(runs)
    assert (await ada.post(f"{LIST}/bulk", {**form, "to_sequence": ""})).status_code == 422


async def test_a_long_change_says_how_far_it_is(cast, monkeypatch):
    monkeypatch.setattr("app.leads.service.bulk.CHUNK", 2)
    for _ in range(3):
        await a_lead(cast)
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    answer = await ada.post(f"{LIST}/bulk", {"verb": "stage", "stage": "contacted", "every": "1"})
    trace = re.search(r"running=(\w+)", answer.headers["location"]).group(1)
    told = (await ada.get(f"{LIST}/bulk/{trace}")).text
    assert "2 changed so far" in told and "hx-get" in told
    assert "0 changed so far" in (await luis.get(f"{LIST}/bulk/{trace}")).text
