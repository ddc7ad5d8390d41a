"""One's own numbers, beside a median without names; the team's for whoever sees it."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.access.models import PersonRow
from app.calls.models.tables import Call
from app.core import clock
from tests.analytics.people import acting, lead

pytestmark = pytest.mark.anyio


async def _calls(cast, **counts):
    async with acting(cast) as work:
        people = {row.email.split("@")[0]: row for row in await work.scalars(select(PersonRow))}
        for name, (placed, answered) in counts.items():
            made = await lead(work, clock.now() - timedelta(hours=3), owner_id=people[name].id)
            for number in range(placed):
                at = clock.now() - timedelta(hours=2)
                work.add(
                    Call(
                        contact_id=made.contact_id, lead_id=made.id, direction="out", agent_id=people[name].id, at=at,
                        state="completed" if number < answered else "no_answer", outcome="callback" if number < answered else "no_answer",
                    )
                )  # fmt: skip


async def test_my_numbers_are_mine_and_name_nobody_else(cast):
    await _calls(cast, luis=(7, 3), maria=(4, 1), ada=(2, 1))
    page = (await (await cast.browser("harbor", "luis")).get("/agent/numbers?period=7d")).text
    assert "Calls" in page and ">7<" in page and "43%" in page
    assert "team median 4" in page
    assert "Maria Chen" not in page


async def test_of_two_people_no_median_is_told(cast):
    await _calls(cast, luis=(7, 3), maria=(4, 1))
    assert "team median" not in (await (await cast.browser("harbor", "luis")).get("/agent/numbers")).text


async def test_who_sees_a_team_sees_its_table(cast):
    await _calls(cast, luis=(7, 3), maria=(4, 1))
    assert "Maria Chen" in (await (await cast.browser("harbor", "ada")).get("/agent/numbers")).text


async def test_how_my_calls_ended_leads_to_exactly_those_calls(cast):
    await _calls(cast, luis=(7, 3), maria=(4, 1))
    luis = await cast.browser("harbor", "luis")
    page = (await luis.get("/agent/numbers?period=7d")).text
    behind = dict(re.findall(r'href="(/agent/calls[^"]*)">([^<]*)</a>', html.unescape(page)))
    counts = {label: (await luis.get(url)).text.count('<tr><th scope="row"') for url, label in behind.items()}
    assert counts == {"7": 7, "3": 3, "Callback": 3, "No answer": 4}


async def test_each_figure_of_the_teams_table_leads_to_its_rows(cast):
    await _calls(cast, luis=(7, 3), maria=(4, 1))
    ada = await cast.browser("harbor", "ada")
    page = html.unescape((await ada.get("/agent/numbers?period=7d")).text)
    behind = re.findall(r'<a class="link" href="(/agent/calls[^"]*agent[^"]*)">([^<]*)</a>', page)
    assert sorted(said for _, said in behind) == ["1", "3", "4", "7"]
    for url, said in behind:
        assert (await ada.get(url)).text.count('<tr><th scope="row"') == int(said), url


async def test_a_cell_of_the_heat_chart_leads_to_its_leads(cast):
    async with acting(cast) as work:
        maria = (await work.scalars(select(PersonRow.id).where(PersonRow.email.startswith("maria@")))).one()
        await lead(work, clock.now() - timedelta(days=1), owner_id=maria)
    ada = await cast.browser("harbor", "ada")
    charts = html.unescape((await ada.get("/admin/charts?period=28d", headers={"HX-Request": "true"})).text)
    (cell,) = set(re.findall(r'href="(/admin/numbers/leads[^"]*)"', charts))
    assert (await ada.get(cell)).text.count("row-target") == 1
    assert (await ada.get("/admin/numbers/leads")).status_code == 404
    other = re.sub(r"weekday=(\d)", lambda found: f"weekday={int(found[1]) % 7 + 1}", cell)
    assert "Nothing in this period" in (await ada.get(other)).text
    assert (await (await cast.browser("harbor", "luis")).get(cell)).text.count("row-target") == 0  # out of reach
