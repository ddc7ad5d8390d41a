"""The team: presence that keeps its beginning, hours that mean the wall clock, and what the team page
takes.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.core.errors import Invalid, NotFound
from app.core.work import unit
from app.team import forms, queries, service
from app.team.models import DAYS, at_work
from tests.leads.making import person_id

pytestmark = pytest.mark.anyio
NEW_YORK = ZoneInfo("America/New_York")
AT = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)  # a Monday, 9 am in New York


async def test_presence_keeps_its_beginning(cast):
    luis = await person_id(cast, "luis")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert await queries.presence_of(work, luis) == ("away", None)
        with clock.held_at(AT):
            assert await service.set_presence(work, luis, "ready")
        with clock.held_at(AT + timedelta(minutes=5)):
            assert not await service.set_presence(work, luis, "ready")
        assert await queries.presence_of(work, luis) == ("ready", AT)
        with pytest.raises(Invalid):
            await service.set_presence(work, luis, "asleep")


async def test_presence_by_a_press(cast):
    browser = await cast.browser("harbor", "luis")
    assert (await browser.post("/agent/presence", {"state": "break"})).status_code == 303
    assert "On a break" in (await browser.get("/agent/presence")).text
    assert (await browser.post("/agent/presence", {"state": "asleep"})).status_code == 422


def test_hours_are_those_of_the_wall_clock():
    hours = {"mon": [["09:00", "12:00"], ["13:00", "24:00"]]}
    assert at_work(hours, AT, NEW_YORK)
    assert not at_work(hours, AT - timedelta(seconds=1), NEW_YORK)
    assert not at_work(hours, AT + timedelta(hours=3), NEW_YORK)
    assert at_work(hours, AT + timedelta(hours=14, minutes=59), NEW_YORK)
    assert not at_work(hours, AT + timedelta(hours=15), NEW_YORK)
    assert not at_work(hours, AT, ZoneInfo("America/Chicago"))
    assert not at_work({}, AT, NEW_YORK)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.times(),
    st.sampled_from(["America/New_York", "Pacific/Honolulu"]),
)
def test_a_full_week_is_always_at_work(day, moment, zone):
    always = {name: [["00:00", "24:00"]] for name in DAYS}
    local = datetime.combine(day, moment, ZoneInfo(zone))
    assert at_work(always, local.astimezone(UTC), ZoneInfo(zone))


@pytest.mark.parametrize("typed", ["9-17", "09:00-17:30", "9:00-12:00, 13:00-18", "0-24", "09:00–17:00"])
def test_hours_are_read_as_people_write_them(typed):
    read = forms.read_member({"own_hours": "1", "mon": typed, "weight": "2"}).hours
    assert read is not None and list(read) == ["mon"]
    assert all(time.fromisoformat(start) for start, _ in read["mon"])
    assert forms.read_member({"own_hours": "1", "mon": forms.hours_text(read["mon"])}).hours == read


@pytest.mark.parametrize("typed", ["17-9", "9", "25-26", "9:00-12:00, 11:00-13:00", "soon", "9:99-10:00"])
def test_hours_that_cannot_be_are_refused(typed):
    with pytest.raises(Invalid) as refused:
        forms.read_member({"own_hours": "1", "mon": typed})
    assert [error.field for error in refused.value.errors] == ["mon"]


async def test_what_the_team_page_takes(cast):
    luis = await person_id(cast, "luis")
    browser = await cast.browser("harbor", "ada")
    await browser.post("/admin/team/teams", {"name": "East"})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        ((team, _),) = await queries.teams(work)
    sent = {
        "team_id": str(team.id),
        "zone": "America/Chicago",
        "cap": "40",
        "weight": "3",
        "skills": "Tax debt, hardship",
        "territories": "FL, georgia",
        "own_hours": "1",
        "mon": "9-17",
    }
    assert (await browser.post(f"/admin/team/{luis}", sent)).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        member = await queries.member(work, luis)
    assert (member.team, member.cap, member.weight, member.zone) == ("East", 40, 3, "America/Chicago")
    assert member.skills == ["tax debt", "hardship"] and member.territories == ["FL", "GA"]
    assert member.at_work(AT + timedelta(hours=1)) and not member.at_work(AT)
    refused = await browser.post(f"/admin/team/{luis}", {**sent, "cap": "-1", "weight": "101", "territories": "Mars"})
    assert refused.status_code == 422
    assert refused.text.count("field-error") >= 3


async def test_a_team_is_renamed_and_keeps_its_people(cast):
    ada, luis = await cast.browser("harbor", "ada"), await person_id(cast, "luis")
    for name in ("East", "Weast"):
        await ada.post("/admin/team/teams", {"name": name})
    async with unit(tenant=cast.tenants["harbor"]) as work:
        wrong = next(team for team, _ in await queries.teams(work) if team.name == "Weast")
        await service.change_member(work, luis, service.MemberValues(team_id=wrong.id))
    url = f"/admin/team/teams/{wrong.id}"
    taken = await ada.post(url, {"name": " East "})
    assert taken.status_code == 422 and "There is a team East already." in taken.text and "<details open>" in taken.text
    assert (await ada.post(url, {"name": ""})).status_code == 422
    assert (await ada.post(url, {"name": "West"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await queries.member(work, luis)).team == "West"
    agent = await cast.browser("harbor", "luis")
    assert (await agent.post(url, {"name": "Mine"})).status_code == 404
    assert (await ada.post(url, {"name": "West"})).status_code == 303, "the same once more changes nothing"


async def test_agents_do_not_change_the_team(cast):
    luis, browser = await person_id(cast, "luis"), await cast.browser("harbor", "luis")
    assert (await browser.get("/admin/team")).status_code == 404
    assert (await browser.post(f"/admin/team/{luis}", {"cap": "9999"})).status_code == 404
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await queries.member(work, luis)).cap is None


async def test_reach_of_a_team_is_its_members(cast):
    ids = {name: await person_id(cast, name) for name in ("luis", "maria", "ada")}
    async with unit(tenant=cast.tenants["harbor"]) as work:
        team = await service.create_team(work, "East")
        for name in ("luis", "maria"):
            await service.change_member(work, ids[name], service.MemberValues(team_id=team.id))
        person = await _person(work, ids["luis"], "team")
        assert await queries.reach_ids(work, person) == sorted([ids["luis"], ids["maria"]])
        assert await queries.reach_ids(work, await _person(work, ids["luis"], "own")) == [ids["luis"]]
        assert await queries.reach_ids(work, await _person(work, ids["luis"], "all")) is None
        with pytest.raises(Invalid):
            await service.create_team(work, "East")
        with pytest.raises(NotFound):
            await service.change_member(work, team.id, service.MemberValues())


async def _person(work, person_id, reach):
    from app.core.permissions import Person

    return Person(
        id=person_id,
        email="",
        name="",
        role="agent",
        role_label="",
        audience="staff",
        home="/",
        permissions=frozenset(),
        reach=reach,
    )
