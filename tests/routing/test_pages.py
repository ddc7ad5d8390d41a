"""The routing page and "Why this owner?": rules as sentences, a real lead beside them, drafts that count
once published.
"""

import re
from html import unescape

import pytest
from uuid_utils.compat import uuid7

from app.core import clock, config
from app.core.work import unit
from app.routing import queries
from app.routing.models import Decision
from tests.routing.test_queue import words

pytestmark = pytest.mark.anyio
PATH = "/admin/routing"


async def rules(floor, state="draft"):
    async with unit(tenant=floor.tenant) as work:
        found, _ = queries.rules_of(await queries.rule_set(work, state))
    return found


@pytest.fixture
async def ada(floor):
    return await floor.cast.browser("harbor", "ada")


async def test_rules_read_as_sentences_with_people_and_figures(floor, ada):
    await floor.ready("luis")
    await floor.lead()
    await floor.drain()
    page = words(await ada.get(PATH))
    assert "Language is Spanish → Debt advisor" in page
    assert "Every lead → Debt advisor" in page
    assert re.search(r"room → territory → language \(if possible\) → ready", page)
    assert "1 in 30 days" in page and "0 in 30 days" in page
    assert "Luis Ortega Ready" in page and "Version 1" in page


async def test_swapping_two_rules_sends_the_same_lead_elsewhere_and_publishing_makes_it_so(floor, ada):
    await floor.ready("luis", "maria")
    maria, luis = await floor.person("maria"), await floor.person("luis")
    lead_id = await floor.lead(owner_id=luis)
    for name, who in (("To Maria", maria), ("To Luis", luis)):
        form = {
            "name": name,
            "people": str(who),
            "step_presence_at": "1",
            "step_presence_must": "1",
            "strategy": "round_robin",
        }
        assert (await ada.post(f"{PATH}/rules", form)).status_code == 303
    for name in ("To Maria", "To Luis"):
        (rule,) = [rule for rule in await rules(floor) if rule.name == name]
        for _ in range(4):
            await ada.post(f"{PATH}/rules/{rule.id}/move", {"to": "up"})
    page = words(await ada.get(f"{PATH}?lead={lead_id}"))
    assert "With these rules Luis Ortega" in page and "A draft, not live yet." in page
    (rule,) = [rule for rule in await rules(floor) if rule.name == "To Luis"]
    moved = await ada.post(f"{PATH}/rules/{rule.id}/move", {"to": "down", "lead": str(lead_id)})
    assert moved.headers["Location"] == f"{PATH}?lead={lead_id}"
    assert "With these rules Maria Chen" in words(await ada.get(f"{PATH}?lead={lead_id}"))
    assert (await rules(floor, "live"))[0].name == "Spanish speakers"
    await ada.post(f"{PATH}/publish")
    assert (await rules(floor, "live"))[0].name == "To Maria" and await rules(floor) == []
    await ada.post(f"{PATH}/versions/1/restore")
    assert (await rules(floor, "live"))[0].name == "Spanish speakers"


async def test_a_rule_is_built_part_by_part_and_keeps_what_was_typed(floor, ada):
    typed = {
        "name": "Florida",
        "roles": "agent",
        "step_cap_at": "2",
        "step_presence_at": "1",
        "strategy": "least_loaded",
    }
    chosen = await ada.post(f"{PATH}/rules", {**typed, "step": "field", "ask": "state"})
    assert 'value="Florida"' in chosen.text and 'name="op"' in chosen.text
    added = await ada.post(
        f"{PATH}/rules", {**typed, "step": "part", "ask": "state", "op": "in", "value": ["FL", "GA"]}
    )
    where = unescape(re.search(r'name="where" value="([^"]*)"', added.text)[1])
    assert "State is FL or GA" in words(added)
    assert (await ada.post(f"{PATH}/rules", {**typed, "where": where})).status_code == 303
    *_, rule, last = await rules(floor)
    assert not last.when, "a rule for some stands before the one for every lead"
    assert (rule.name, rule.strategy, [step.kind for step in rule.steps]) == (
        "Florida",
        "least_loaded",
        ["presence", "cap"],
    )
    page = await ada.get(f"{PATH}/rules/{rule.id}")
    assert "State is FL or GA" in words(page)
    without = await ada.post(f"{PATH}/rules/{rule.id}", {**typed, "where": where, "remove": "0"})
    assert "State is FL or GA" not in words(without)
    assert (await ada.post(f"{PATH}/rules/{rule.id}/delete")).status_code == 303
    assert "Florida" not in [rule.name for rule in await rules(floor)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Give the rule a name"),
        ({"where": '{"field": "nothing", "op": "eq", "value": 1}'}, "Odd:"),
        ({"where": "{"}, "Odd:"),
        ({"people": "00000000-0000-0000-0000-000000000001"}, "somebody in the pool is gone"),
        ({"people": "luis"}, "Choose again"),
        ({"strategy": "lottery"}, "Choose how one is picked."),
        ({"roles": ""}, "say who may get these leads"),
    ],
)
async def test_a_rule_that_cannot_work_is_refused_with_the_reason(floor, ada, change, said):
    good = {"name": "Odd", "roles": "agent", "strategy": "round_robin"}
    refused = await ada.post(f"{PATH}/rules", {**good, **change})
    assert refused.status_code == 422 and said in words(refused)
    assert await rules(floor) == []
    assert (await ada.post(f"{PATH}/rules", good)).status_code == 303


async def test_the_fallback_and_the_times(floor, ada):
    boss = await floor.person("ada")
    await ada.post(f"{PATH}/fallback", {"person_id": str(boss)})
    await ada.post(f"{PATH}/publish")
    lead_id = await floor.lead()
    await floor.drain()
    assert await floor.owner(lead_id) == boss
    bad = await ada.post(f"{PATH}/settings", {"accept_seconds": "soon"})
    assert bad.status_code == 422 and "Write a whole number" in words(bad)
    await ada.post(f"{PATH}/settings", {"accept_seconds": "45", "moves": "2"})
    async with unit(tenant=floor.tenant) as work:
        kept = await config.get(work, "routing")
    assert kept == {"accept_seconds": 45, "moves": 2, "retry_minutes": 10, "rest_minutes": 240}
    gone = await ada.post(f"{PATH}/fallback", {"person_id": "00000000-0000-0000-0000-000000000001"})
    assert gone.status_code == 422


async def test_a_draft_can_be_thrown_away(floor, ada):
    await ada.post(f"{PATH}/rules", {"name": "Odd", "roles": "agent"})
    assert len(await rules(floor)) == 4
    await ada.post(f"{PATH}/discard")
    assert await rules(floor) == [] and len(await rules(floor, "live")) == 3


async def test_why_this_owner_on_the_leads_page(floor):
    await floor.ready("luis")
    lead_id = await floor.lead()
    await floor.drain()
    luis, maria = await floor.cast.browser("harbor", "luis"), await floor.cast.browser("harbor", "maria")
    panel = await luis.get(f"/agent/leads/{lead_id}/why-owner", headers={"HX-Request": "true"})
    assert "Everybody in turn: of 2 people; Maria Chen is away." in words(panel) and "<html" not in panel.text
    assert "Presence: Maria Chen is away" in words(panel)
    assert (await maria.get(f"/agent/leads/{lead_id}/why-owner")).status_code == 404
    assert f"/agent/leads/{lead_id}/why-owner" in (await luis.get(f"/agent/leads/{lead_id}")).text


async def test_a_decision_speaks_in_the_tenants_words_of_today(floor):
    await floor.ready("luis", "maria")
    await floor.member("maria", cap=0)
    lead_id = await floor.lead()
    await floor.drain()
    luis = await floor.cast.browser("harbor", "luis")
    assert "Maria Chen has 0 of 0 leads" in words(await luis.get(f"/agent/leads/{lead_id}/why-owner"))
    async with unit(tenant=floor.tenant) as work:
        await config.put(work, "terms", {"lead": {"one": "Intake", "other": "Intakes", "a": "an"}})
    page = words(await luis.get(f"/agent/leads/{lead_id}/why-owner"))
    assert "Maria Chen has 0 of 0 intakes" in page and "of 0 leads" not in page


async def test_a_decision_of_before_keeps_the_sentence_it_was_kept_with(floor):
    lead_id = await floor.lead(owner_id=await floor.person("luis"))
    old = "50% desk: of 2 people; Tom has 1 of 1 leads. Luis Ortega: was the only one left."
    steps = [{"step": "cap", "left": ["Luis Ortega"], "dropped": [{"who": "Tom", "why": "has 1 of 1 leads"}]}]
    trace = [{"rule": "50% desk", "matched": True, "pool": ["Tom"], "steps": steps, "chosen": "Luis Ortega"}]
    async with unit(tenant=floor.tenant) as work:
        kept = {"id": uuid7(), "lead_id": lead_id, "at": clock.now(), "version": 1, "cause": "created"}
        work.add(Decision(**kept, outcome="assigned", rule="50% desk", sentence=old, trace=trace))
    luis = await floor.cast.browser("harbor", "luis")
    page = words(await luis.get(f"/agent/leads/{lead_id}/why-owner"))
    assert old in page and "Room for another: Tom has 1 of 1 leads" in page


async def test_the_last_step_names_whoever_gets_what_no_rule_could_place(floor, ada):
    boss = await floor.person("ada")
    await ada.post(f"{PATH}/fallback", {"person_id": str(boss)})
    await ada.post(f"{PATH}/publish")
    lead_id = await floor.lead()
    await floor.drain()
    page = words(await ada.get(f"/agent/leads/{lead_id}/why-owner"))
    assert "so it went to Ada" in page and "When no rule leaves anybody Ada" in page


async def test_a_lead_that_nobody_routed_says_so(floor):
    lead_id = await floor.lead(owner_id=await floor.person("luis"))
    luis = await floor.cast.browser("harbor", "luis")
    assert "Luis Ortega has it by hand" in words(await luis.get(f"/agent/leads/{lead_id}/why-owner"))


async def test_agents_neither_see_nor_change_the_rules(floor, ada):
    luis = await floor.cast.browser("harbor", "luis")
    assert (await luis.get(PATH)).status_code == 404 and (await ada.get(PATH)).status_code == 200
    for path in ("/rules", "/publish", "/discard", "/fallback", "/settings", "/versions/1/restore"):
        assert (await luis.post(f"{PATH}{path}", {"name": "x"})).status_code == 404
    assert (await floor.cast.visitor("harbor").get(PATH)).status_code == 303
    assert await rules(floor) == []


async def test_a_rule_is_dragged_to_a_place_in_the_draft(floor, ada):
    before = [rule.id for rule in await rules(floor, "live")]
    moved = await ada.post(f"{PATH}/rules/{before[-1]}/move", {"place": "0"}, headers={"HX-Request": "true"})
    assert moved.status_code == 204 and "In the draft." in moved.headers["hx-trigger"]
    assert [rule.id for rule in await rules(floor)] == [before[-1], *before[:-1]]
    assert [rule.id for rule in await rules(floor, "live")] == before


async def test_the_last_leads_are_played_through_live_and_draft_and_nothing_is_written(floor, ada):
    maria, luis = await floor.person("maria"), await floor.person("luis")
    for _ in range(3):
        await floor.lead(owner_id=luis)
    assert "Draft" not in words(await ada.get(f"{PATH}/simulation", headers={"HX-Request": "true"}))
    form = {"name": "All to Maria", "people": str(maria), "strategy": "round_robin"}
    assert (await ada.post(f"{PATH}/rules", form)).status_code == 303
    (rule,) = [rule for rule in await rules(floor) if rule.name == "All to Maria"]
    assert (await ada.post(f"{PATH}/rules/{rule.id}/move", {"place": "0"})).status_code == 303
    async with unit(tenant=floor.tenant) as work:
        live, draft = await queries.rule_set(work, "live"), await queries.rule_set(work, "draft")
        found = await queries.simulate(work, live, draft, await queries.candidates(work))
        assert found.leads == 3 and sum(share.before for share in found.shares) == 3
        assert [(share.name, share.after) for share in found.shares if share.after] == [("Maria Chen", 3)]
        assert (await queries.rule_set(work, "live")).turns == live.turns
    page = words(await ada.get(f"{PATH}/simulation"))
    assert "Maria Chen" in page and "Draft" in page
    luis_browser = await floor.cast.browser("harbor", "luis")
    assert (await luis_browser.get(f"{PATH}/simulation")).status_code == 404
