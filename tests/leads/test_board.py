"""The board: true totals, cards that move by a plain form, races that are told."""

import re

import pytest

from app.leads import queries
from tests.leads.making import a_lead, kinds, person_id

pytestmark = pytest.mark.anyio


async def test_totals_are_of_all_not_only_of_the_cards(cast, monkeypatch):
    monkeypatch.setattr("app.leads.queries.kanban.CARDS", 2)
    for _ in range(5):
        await a_lead(cast, total_debt=10000)
    await a_lead(cast, total_debt=99999, test=True)
    luis = await cast.browser("harbor", "luis")
    page = (await luis.get("/agent/board")).text
    assert page.count("data-card=") == 2 and "$50,000" in page and "≈ $2,500" in page
    more = re.search(r'hx-get="(/agent/board/[^"]+)"', page).group(1).replace("&amp;", "&")
    seen = re.findall(r'data-card="([^"]+)"', page)
    while more:
        part = (await luis.get(more, headers={"HX-Request": "true"})).text
        seen += re.findall(r'data-card="([^"]+)"', part)
        found = re.search(r'hx-get="(/agent/board/[^"]+)"', part)
        more = found.group(1).replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 6


async def test_a_card_moves_by_a_form_and_a_lost_race_says_who(cast):
    lead_id = await a_lead(cast)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    form = {"stage": "contacted", "seen": "new", "next": "/agent/board"}
    assert (await luis.post(f"/agent/leads/{lead_id}/stage", form)).headers["location"] == "/agent/board"
    late = await ada.post(f"/agent/leads/{lead_id}/stage", {**form, "stage": "lost"})
    assert late.status_code == 409 and "Luis Ortega set Stage to Contacted" in late.text
    assert (await kinds(cast, lead_id)).count("lead.stage_changed") == 1
    elsewhere = await luis.post(f"/agent/leads/{lead_id}/stage", {"stage": "new", "next": "//evil.example"})
    assert elsewhere.headers["location"] == f"/agent/leads/{lead_id}"


async def test_the_board_keeps_to_reach_and_filters(cast):
    theirs = await a_lead(cast, owner_id=await person_id(cast, "maria"))
    mine = await a_lead(cast, state="GA", owner_id=await person_id(cast, "luis"))
    luis = await cast.browser("harbor", "luis")
    page = (await luis.get("/agent/board")).text
    assert str(mine) in page and str(theirs) not in page
    where = '{"field":"state","op":"eq","value":"FL"}'
    assert str(mine) not in (await luis.get("/agent/board", params={"where": where})).text
    assert (await luis.get("/agent/board", params={"pipeline": "nope", "at": "nope", "sort": "x"})).status_code == 303
    assert (await luis.get(f"/agent/board/{mine}")).status_code == 404
    assert queries.CARDS == 25
