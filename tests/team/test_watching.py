"""Who else is on a lead's page: shown to those who may see the lead, forgotten when they go, without a row in the database."""

import pytest

from app.team.service import watching
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio
AS_PART = {"HX-Request": "true"}


async def test_whoever_is_on_the_page_is_shown_to_the_others_and_gone_when_they_leave(cast):
    lead = await a_lead(cast)
    luis, maria, url = (
        await cast.browser("harbor", "luis"),
        await cast.browser("harbor", "maria"),
        f"/agent/leads/{lead}/watching",
    )
    assert "Maria" not in (await luis.get(url, headers=AS_PART)).text
    first = (await maria.get(url, headers=AS_PART)).text
    assert "Luis Ortega" in first and "Maria Chen" not in first
    assert "Maria Chen" in (await luis.get(url, headers=AS_PART)).text
    assert (await luis.post(url)).status_code == 204
    assert "Luis Ortega is writing a note" in (await maria.get(url, headers=AS_PART)).text
    assert (await luis.post(f"{url}/left")).status_code == 204
    assert "Luis" not in (await maria.get(url, headers=AS_PART)).text


async def test_writing_ends_by_itself_and_so_does_being_there(cast, monkeypatch):
    lead = await a_lead(cast)
    luis, maria, url = (
        await cast.browser("harbor", "luis"),
        await cast.browser("harbor", "maria"),
        f"/agent/leads/{lead}/watching",
    )
    await luis.post(url)
    assert "is writing" in (await maria.get(url, headers=AS_PART)).text
    monkeypatch.setattr(watching, "WRITING_SECONDS", -1)
    after = (await maria.get(url, headers=AS_PART)).text
    assert "is writing" not in after and "Luis Ortega" in after
    monkeypatch.setattr(watching, "SEEN_SECONDS", -1)
    assert "Luis" not in (await maria.get(url, headers=AS_PART)).text


async def test_beyond_reach_nobody_is_told_and_nobody_is_seen(cast):
    lead = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    luis, maria, url = (
        await cast.browser("harbor", "luis"),
        await cast.browser("harbor", "maria"),
        f"/agent/leads/{lead}/watching",
    )
    assert (await luis.get(url, headers=AS_PART)).status_code == 200
    assert (await maria.get(url, headers=AS_PART)).status_code == 404
    assert (await maria.post(url)).status_code == 404
    assert "Maria" not in (await luis.get(url, headers=AS_PART)).text
