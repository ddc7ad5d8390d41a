"""The list: reach, search, filters, every row exactly once on any sort, and parameters that never break
it.
"""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.core import clock
from app.core.work import unit
from app.leads import queries, service
from app.leads.queries import SORTS, Asked
from app.leads.queries.people import person_now
from app.team import service as team
from app.team.service import MemberValues
from tests.leads.making import a_lead, person_id, row

pytestmark = pytest.mark.anyio
ROW = re.compile(r'id="lead-([0-9a-f-]{36})"')
AT = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


async def shown(browser, query: str = "") -> set[str]:
    answer = await browser.get(f"/agent/leads{query}")
    assert answer.status_code == 200
    return set(ROW.findall(answer.text))


async def test_agents_see_their_own_and_nobodys(cast):
    luis, maria = [await person_id(cast, name) for name in ("luis", "maria")]
    mine, hers, nobodys = [str(await a_lead(cast, owner_id=owner)) for owner in (luis, maria, None)]
    assert await shown(await cast.browser("harbor", "luis")) == {mine, nobodys}
    assert await shown(await cast.browser("harbor", "maria")) == {hers, nobodys}
    assert await shown(await cast.browser("harbor", "ada")) == {mine, hers, nobodys}
    assert await shown(await cast.browser("summit", "ada")) == set()


async def test_a_role_that_reaches_the_team_sees_the_teams(cast):
    luis, maria, ada = [await person_id(cast, name) for name in ("luis", "maria", "ada")]
    leads = {owner: await a_lead(cast, owner_id=owner) for owner in (luis, maria, ada)}
    async with unit(tenant=cast.tenants["harbor"]) as work:
        east = await team.create_team(work, "East")
        for person in (luis, maria):
            await team.change_member(work, person, MemberValues(team_id=east.id))
        lead = await person_now(work, luis)
        found = await queries.screen(work, replace(lead, reach="team"), Asked())
        assert {line.id for line in found.rows} == {leads[luis], leads[maria]}


@pytest.mark.parametrize(
    "typed",
    [
        "rodriguez-lane",
        "RODRÍGUEZ",
        "sofia lane",
        "5550177",
        "(813) 555-01",
        "lane@",
        "sofia.lane@example.com",
    ],
)
async def test_any_fragment_finds_them(cast, typed):
    wanted = await a_lead(
        cast,
        first_name="Sofía",
        last_name="Rodriguez-Lane",
        phone="+18135550177",
        email="sofia.lane@example.com",
    )
    await a_lead(cast)
    assert await shown(await cast.browser("harbor", "luis"), f"?q={quote(typed)}") == {str(wanted)}


async def test_filters_come_from_the_registry(cast):
    rich = await a_lead(cast, total_debt=40000, debt_types=["credit_cards", "medical"], state="FL")
    poor = await a_lead(cast, total_debt=5000, state="GA")
    luis = await cast.browser("harbor", "luis")
    for where, wanted in (
        ({"field": "total_debt", "op": "gt", "value": 10000}, {rich}),
        ({"not": {"field": "total_debt", "op": "gt", "value": 10000}}, {poor}),
        ({"field": "state", "op": "in", "value": ["GA", "AL"]}, {poor}),
        ({"field": "debt_types", "op": "has_any", "value": ["medical"]}, {rich}),
        ({"field": "stage", "op": "eq", "value": "new"}, {rich, poor}),
        ({"field": "owner", "op": "eq", "value": "me"}, set()),
        (
            {
                "all": [
                    {"field": "value", "op": "gte", "value": 40000},
                    {"field": "heat", "op": "eq", "value": 3},
                ]
            },
            {rich},
        ),
    ):
        found = await shown(luis, f"?where={quote(json.dumps(where))}")
        assert found == {str(lead) for lead in wanted}, where


async def test_a_filter_reads_as_a_sentence_that_can_be_taken_away(cast):
    await a_lead(cast)
    luis = await cast.browser("harbor", "luis")
    where = json.dumps(
        {
            "all": [
                {"field": "state", "op": "in", "value": ["FL", "GA"]},
                {"field": "total_debt", "op": "gt", "value": 10000},
            ]
        }
    )
    page = (await luis.get(f"/agent/leads?where={quote(where)}")).text
    assert "State is FL or GA" in page and "Total debt over $10,000" in page
    assert page.count('aria-label="Remove filter') == 2
    assert "Nothing matches" in page
    left = quote('{"field":"state","op":"in","value":["FL","GA"]}', safe="")
    assert f"where={left}".lower() in page.lower()


async def test_a_filter_is_added_by_a_plain_form(cast):
    luis = await cast.browser("harbor", "luis")
    added = await luis.get("/agent/leads/filter?field=state&op=in&value=FL,%20GA&q=dana")
    assert added.status_code == 303
    assert "q=dana" in added.headers["location"] and "FL" in added.headers["location"]
    refused = await luis.get("/agent/leads/filter?field=state&op=in&value=Mars")
    assert refused.status_code == 422 and "Mars" in refused.text
    assert (await luis.get("/agent/leads?filter=total_debt")).text.count('id="filter-value"') == 1


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
async def test_every_row_once_on_any_sort(cast, sort):
    luis, made = await person_id(cast, "luis"), []
    for number in range(9):
        with clock.held_at(AT + timedelta(minutes=number // 3)):
            lead_id = await a_lead(
                cast,
                owner_id=luis if number % 2 else None,
                total_debt=1000 * (number % 4),
                source=f"s{number % 3}",
                last_name="Same",
            )
            made.append(str(lead_id))
            if number % 3 == 0:
                async with unit(tenant=cast.tenants["harbor"]) as work:
                    await service.touch_contacted(work, lead_id, AT + timedelta(hours=number % 2))
    browser, seen, cursor = await cast.browser("harbor", "ada"), [], ""
    for _ in range(9):
        answer = (await browser.get(f"/api/v1/leads?sort={sort}&limit=2&cursor={cursor}")).json()
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert sorted(seen) == sorted(made)


async def test_the_order_is_the_one_asked_for(cast):
    low, high = await a_lead(cast, total_debt=1000), await a_lead(cast, total_debt=60000)
    browser = await cast.browser("harbor", "ada")
    for sort, wanted in (("-value", [high, low]), ("value", [low, high]), ("-score", [high, low])):
        items = (await browser.get(f"/api/v1/leads?sort={sort}")).json()["items"]
        assert [item["id"] for item in items] == [str(high), str(low)] if wanted[0] == high else [str(low), str(high)]


async def test_a_cursor_of_another_sort_is_refused(cast):
    for _ in range(3):
        await a_lead(cast)
    ada = await cast.browser("harbor", "ada")
    cursor = (await ada.get("/api/v1/leads?limit=1")).json()["next_cursor"]
    assert (await ada.get(f"/api/v1/leads?limit=1&cursor={cursor}")).status_code == 200
    refused = await ada.get(f"/api/v1/leads?limit=1&sort=score&cursor={cursor}")
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "cursor"


FUZZ = st.text(st.characters(codec="utf-8"), max_size=60)
NASTY = st.sampled_from(
    [
        "'",
        "\0",
        "%",
        "\\",
        "-",
        "--",
        "' or 1=1 --",
        "a' union select",
        "{}",
        "[]",
        "null",
        "1e999",
        '{"all":[]}',
        '{"field":"id","op":"eq","value":1}',
        '{"any":[]}',
        "-created_at;",
        "zip",
        "9" * 400,
        "\u202e",
        "WyJhIiwxLDJd",
        '{"field":"custom->>x","op":"eq","value":"y"}',
    ]
)


@given(
    name=st.sampled_from(
        ["q", "where", "sort", "cursor", "limit", "view", "columns", "filter", "field", "op", "value"]
    ),
    text=st.one_of(FUZZ, NASTY),
    path=st.sampled_from(["", "/count", "/filter", "/tabs"]),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_parameter_breaks_the_list(cast, name, text, path):
    browser = await _known(cast)
    for base in (f"/agent/leads{path}", "/api/v1/leads", "/agent/board"):
        answer = await browser.get(base, params={name: text})
        assert answer.status_code in (200, 303, 404, 422), (base, name, text, answer.status_code)


async def _known(cast):
    if not hasattr(cast, "_luis"):
        await a_lead(cast)
        cast._luis = await cast.browser("harbor", "luis")
    return cast._luis


async def test_what_cannot_be_read_is_said_on_the_page(cast):
    await a_lead(cast)
    luis = await cast.browser("harbor", "luis")
    for query, said in (("?where={", "not readable JSON"), ("?sort=password", "Sort by one of"),
                        ('?where={"field":"nope","op":"eq","value":1}', "There is no field")):  # fmt: skip
        answer = await luis.get("/agent/leads" + query)
        assert answer.status_code == 422 and said in answer.text
        assert not ROW.findall(answer.text)


async def test_counts_come_as_a_fragment(cast, monkeypatch):
    name = f"Counted{uuid4().hex}"
    for _ in range(4):
        await a_lead(cast, last_name=name)
    luis = await cast.browser("harbor", "luis")
    assert "4 match" in (await luis.get(f"/agent/leads/count?limit=1&q={name}")).text
    # For half a minute the answer may be old, but it is never somebody else's.
    await a_lead(cast, last_name=name)
    assert "4 match" in (await luis.get(f"/agent/leads/count?q={name}")).text
    assert "5 match" in (await (await cast.browser("harbor", "maria")).get(f"/agent/leads/count?q={name}")).text
    assert "0 match" in (await (await cast.browser("summit", "luis")).get(f"/agent/leads/count?q={name}")).text
    monkeypatch.setattr("app.leads.queries.listing.COUNT_CAP", 3)
    monkeypatch.setattr("app.leads.queries.COUNT_CAP", 3)
    assert "about 3" in (await luis.get(f"/agent/leads/count?q=dana+{name}")).text


async def test_tabs_tell_what_waits(cast):
    luis = await person_id(cast, "luis")
    await a_lead(cast, owner_id=luis)
    await a_lead(cast)
    await a_lead(cast, test=True)
    browser = await cast.browser("harbor", "luis")
    assert len(await shown(browser, "?view=mine")) == 1
    assert len(await shown(browser, "?view=unassigned")) == 1
    assert len(await shown(browser, "?view=hot")) == 2
    assert len(await shown(browser, "?view=callback-due")) == 0
    assert len(await shown(browser)) == 3
    await cast.runtime.redis.flushdb()
    tabs = re.sub(r"<[^>]+>|\s+", " ", (await browser.get("/agent/leads/tabs")).text)
    assert re.search(r"Mine\s+1\s+New today\s+2\s+Hot\s+2", tabs), tabs


async def test_a_view_is_saved_and_belongs_to_who_saved_it(cast):
    await a_lead(cast, state="GA")
    luis, maria, ada = [await cast.browser("harbor", name) for name in ("luis", "maria", "ada")]
    where = '{"field":"state","op":"eq","value":"GA"}'
    saved = await luis.post("/agent/leads/views", {"name": "Georgia", "where": where, "sort": "-score", "shared": "1"})
    address = saved.headers["location"]
    assert saved.status_code == 303 and "Georgia" in (await luis.get(address)).text
    assert len(await shown(luis, address.removeprefix("/agent/leads"))) == 1
    # Agents may not push their tabs on others.
    assert (await maria.get(address)).status_code == 404
    assert (await maria.post(f"/agent/leads/views/{address[-36:]}/delete")).status_code == 404
    shared = (await ada.post("/agent/leads/views", {"name": "All of GA", "where": where, "shared": "1"})).headers[
        "location"
    ]
    assert "All of GA" in (await maria.get(shared)).text
    assert (await luis.post(f"/agent/leads/views/{address[-36:]}/delete")).status_code == 303
    assert (await luis.get(address)).status_code == 404


async def test_an_export_opens_without_running_anything(cast):
    evil = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("x")', "\uff1d1"]
    for text in evil:
        await a_lead(
            cast,
            first_name=text,
            last_name='"quoted", and more',
            source=text,
            campaign=text,
            hardship_story=text,
        )
    await a_lead(cast, first_name="Plain", total_debt=12500)
    answer = await (await cast.browser("harbor", "ada")).get("/agent/leads/export.csv")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("\ufeff")
    lines = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert len(lines) == len(evil) + 1
    for line in lines:
        for name, cell in line.items():
            assert not re.match(r"\s*[=+\-@\uff1d]", cell) or re.fullmatch(r"-?\d+(\.\d+)?", cell), (
                name,
                cell,
            )
    (plain,) = [line for line in lines if line["Name"].startswith("Plain")]
    assert plain["Total debt"] == "12500" and plain["Phone"].startswith("(727) 555-")
    assert "Social Security number" not in lines[0]


async def test_an_export_goes_on_over_many_chunks_and_needs_the_right(cast, monkeypatch):
    monkeypatch.setattr("app.leads.pages.export.CHUNK", 2)
    made = {str(await a_lead(cast, source=f"source {number}")) for number in range(5)}
    ada = await cast.browser("harbor", "ada")
    lines = list(csv.DictReader(io.StringIO((await ada.get("/agent/leads/export.csv")).text.lstrip("\ufeff"))))
    assert {line["Source"] for line in lines} == {f"source {number}" for number in range(5)} and len(made) == 5
    assert (await (await cast.browser("harbor", "luis")).get("/agent/leads/export.csv")).status_code == 404


async def test_a_new_one_by_hand_needs_a_name_and_a_way_to_reach_them(cast):
    luis = await cast.browser("harbor", "luis")
    refused = await luis.post("/agent/leads", {"first_name": "", "phone": "555", "consent": "1"})
    assert refused.status_code == 422
    for said in ("Enter a name.", "This number has 3 digits", "Write down what they agreed to"):
        assert said in refused.text
    made = await luis.post(
        "/agent/leads",
        {
            "first_name": "Zoe",
            "phone": "(727) 555-0990",
            "consent": "1",
            "consent_text": "Call me.",
            "owner_id": "x",
            "score": "99",
        },
    )
    assert made.status_code == 303
    lead = await row(cast, made.headers["location"].rsplit("/", 1)[1])
    assert lead.owner_id == await person_id(cast, "luis") and lead.score < 99
    page = (await luis.get(made.headers["location"])).text
    assert "Zoe" in page and "Consent given" in page


async def test_a_duplicate_is_shown_while_typing_but_only_within_reach(cast):
    hers = await a_lead(cast, first_name="Hidden", phone="+17275550991", owner_id=await person_id(cast, "maria"))
    luis, maria = [await cast.browser("harbor", name) for name in ("luis", "maria")]
    seen = (await maria.post("/agent/leads/duplicates", {"phone": "727 555 0991"})).text
    assert "Hidden" in seen and f"/agent/leads/{hers}" in seen
    unseen = (await luis.post("/agent/leads/duplicates", {"phone": "727 555 0991"})).text
    assert "Hidden" not in unseen and "colleague" in unseen and str(hers) not in unseen
    assert "note" not in (await luis.post("/agent/leads/duplicates", {"phone": "727 555"})).text
    form = {"first_name": "Twin", "phone": "727 555 0991"}
    assert (await luis.post("/agent/leads", form)).status_code == 422
    assert (await luis.post("/agent/leads", {**form, "anyway": "1"})).status_code == 303


async def test_columns_are_chosen_by_ticking_and_never_show_what_is_sealed(cast):
    await a_lead(cast, total_debt=12345, debt_types=["medical"], city="Tampa", zip="33602")
    luis = await cast.browser("harbor", "luis")
    plain = (await luis.get("/agent/leads")).text
    assert "Last contact" in plain and "Medical bills" not in _table(plain)
    chosen = (
        await luis.get("/agent/leads?columns=total_debt&columns=debt_types&columns=city&columns=ssn&columns=x")
    ).text
    assert all(said in _table(chosen) for said in ("$12,345", "Medical bills", "Tampa"))
    assert "Last contact" not in _table(chosen) and "Social" not in _table(chosen)
    address = (await luis.post("/agent/leads/views", {"name": "Cities", "columns": "city"})).headers["location"]
    assert "Tampa" in _table((await luis.get(address)).text)


def _table(page: str) -> str:
    return page[page.index("<table") : page.index("</table>")]


async def test_tags_can_be_filtered_by(cast):
    tagged, other = await a_lead(cast), await a_lead(cast)
    luis = await cast.browser("harbor", "luis")
    await luis.post(f"/agent/leads/{tagged}/tags", {"tag": "Tax Debt"})
    where = quote(json.dumps({"field": "tags", "op": "has_any", "value": ["Tax Debt"]}))
    assert await shown(luis, f"?where={where}") == {str(tagged)}
    where = quote(json.dumps({"not": {"field": "tags", "op": "has_any", "value": ["tax debt"]}}))
    assert await shown(luis, f"?where={where}") == {str(other)}


@pytest.mark.parametrize("sort", ["-created_at", "name", "-score", "last_contact_at", "-last_contact_at", "-owner"])
async def test_a_lead_knows_its_neighbours_in_the_list_it_was_opened_from(cast, sort):
    luis = await person_id(cast, "luis")
    for number in range(6):
        lead_id = await a_lead(cast, owner_id=luis if number % 2 else None, last_name=f"N{number // 2}")
        if number % 3 == 0:
            async with unit(tenant=cast.tenants["harbor"]) as work:
                await service.touch_contacted(work, lead_id, AT + timedelta(hours=number % 2))
    ada = await cast.browser("harbor", "ada")
    order = [item["id"] for item in (await ada.get(f"/api/v1/leads?sort={sort}")).json()["items"]]
    address, walked = f"/agent/leads/{order[0]}?in={quote(f'sort={sort}')}", []
    while address:
        page = (await ada.get(address)).text
        walked.append(address[13:49])
        back, on = (
            re.search(r'href="([^"]+)"[^>]*rel="prev"', page),
            re.search(r'href="([^"]+)"[^>]*rel="next"', page),
        )
        assert (back.group(1)[13:49] if back else None) == (walked[-2] if len(walked) > 1 else None)
        address = on.group(1) if on else ""
    assert walked == order


async def test_the_first_step_comes_from_where_the_browser_was(cast):
    first, second = await a_lead(cast, state="GA"), await a_lead(cast, state="GA")
    await a_lead(cast, state="FL")
    luis = await cast.browser("harbor", "luis")
    where = quote('{"field":"state","op":"eq","value":"GA"}')
    page = (await luis.get(f"/agent/leads/{second}", headers={"Referer": f"http://x/agent/leads?where={where}"})).text
    assert f"/agent/leads/{first}?in=" in page and 'rel="prev"' not in page
    for strange in ("where=%7B", "view=nope", "sort=x", "cursor=x", "\u202e"):
        assert (await luis.get(f"/agent/leads/{second}", params={"in": strange})).status_code == 200
    assert 'rel="next"' not in (await luis.get(f"/agent/leads/{second}")).text
