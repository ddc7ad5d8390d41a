"""Scores: rules as data, reasons for every point, decay, heat, and a page whose changes count at once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core import agenda, clock, conditions, config
from app.core.fields import Field, FieldSet, custom
from app.core.work import unit
from app.leads import queries, service
from app.leads.models import ScoreRule, heat
from app.leads.models.scoring import CATEGORIES, Rule, score, worth
from tests.drive import drain
from tests.leads.making import a_lead, kinds, row

pytestmark = pytest.mark.anyio
AT = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
FIELDS = FieldSet(
    "lead",
    [
        Field(entity="lead", name="debt", label="Debt", type="money"),
        Field(entity="lead", name="created_at", label="Added", type="datetime"),
    ],
)
points = st.integers(-100, -1) | st.integers(1, 100)


def rule(points: int, least: int = 0, half_life: int | None = None) -> Rule:
    condition = conditions.check({"field": "debt", "op": "gte", "value": least}, FIELDS)
    return Rule(
        id=uuid4(),
        label="r",
        category="demographic",
        condition=condition,
        points=points,
        half_life_days=half_life,
    )


@given(
    st.lists(st.tuples(points, st.integers(0, 100), st.none() | st.integers(1, 400)), max_size=6),
    st.integers(0, 100),
)
def test_a_score_is_the_sum_of_its_reasons_between_0_and_100(rules, debt):
    found = score(
        [rule(*each) for each in rules],
        FIELDS,
        {"debt": debt, "created_at": AT - timedelta(days=9)},
        now=AT,
        zone=ZONE,
    )
    assert found.value == max(0, min(100, sum(reason.points for reason in found.reasons)))
    assert all(reason.points and abs(reason.points) <= abs(reason.full) for reason in found.reasons)


@given(points, st.integers(1, 400), st.integers(0, 4000), st.integers(0, 4000))
def test_points_only_fade(points, half_life, young, older):
    fading, record = rule(points, half_life=half_life), {"created_at": AT}
    early = worth(fading, FIELDS, record, AT + timedelta(hours=min(young, older)))
    late = worth(fading, FIELDS, record, AT + timedelta(hours=max(young, older)))
    assert abs(late) <= abs(early) <= abs(points)
    assert worth(fading, FIELDS, record, AT + timedelta(days=half_life)) == round(points / 2)


def test_without_its_moment_a_rule_does_not_fade():
    assert worth(rule(10, half_life=1), FIELDS, {}, AT) == 10
    assert worth(rule(10, half_life=1), FIELDS, {"created_at": AT + timedelta(days=9)}, AT) == 10


@given(st.floats(0, 100), st.integers(0, 1000), st.integers(0, 1000))
def test_heat_only_falls_by_itself(start, first, second):
    early, late = (heat.decayed(start, AT, AT + timedelta(hours=h)) for h in sorted((first, second)))
    assert 0 <= late <= early <= start and heat.level(late) <= heat.level(early)


def test_levels_of_heat():
    assert [heat.level(points) for points in (0, 0.49, 0.5, 1.5, 2.9, 3, heat.ARRIVAL)] == [
        0,
        0,
        1,
        2,
        2,
        3,
        3,
    ]


async def test_reasons_are_kept_with_the_lead(cast):
    lead = await row(cast, await a_lead(cast, total_debt=31000, hardship="medical"))
    reasons = {reason["label"]: reason["points"] for reason in lead.score_reasons}
    assert reasons["Debt of $30,000 or more"] == 25 and reasons["Hardship told"] == 8
    assert lead.score == sum(reasons.values()) and "Debt under $7,500" not in reasons


async def test_a_change_of_the_lead_or_its_contact_asks_for_a_new_score(cast):
    lead_id, tenant = await a_lead(cast, total_debt=31000, state="GA"), cast.tenants["harbor"]
    before = (await row(cast, lead_id)).score
    async with unit(tenant=tenant) as work:
        await service.update(work, lead_id, {"state": "ND"})
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == before - 40
    assert "lead.rescored" in await kinds(cast, lead_id)


async def test_heat_rises_with_signs_and_falls_with_time(cast):
    tenant = cast.tenants["harbor"]
    with clock.held_at(AT):
        lead_id = await a_lead(cast)
        assert (await row(cast, lead_id)).heat == 3
    for hours, level in ((12, 2), (40, 1), (100, 0)):
        await _plan_and_drain(cast, AT + timedelta(hours=hours))
        assert (await row(cast, lead_id)).heat == level, hours
    with clock.held_at(AT + timedelta(hours=101)):
        async with unit(tenant=tenant) as work:
            await service.heat_up(work, lead_id, 0.25, "opened an e-mail")
            assert (await service.heat_up(work, lead_id, 3, "opened the form twice")).heat == 3
    assert (await row(cast, lead_id)).heat_why == "opened the form twice"
    assert (await kinds(cast, lead_id)).count("lead.heated") == 1


async def _plan_and_drain(cast, at):
    tenant = cast.tenants["harbor"]
    with clock.held_at(at):
        async with unit(tenant=tenant) as work:
            await agenda.cancel(work, "every:leads.cool")
            await agenda.add(work, "leads.cool", due=at, key="every:leads.cool")
    outcomes = await drain(cast.runtime, tenant, until=at)
    assert outcomes["failed"] == 0 and outcomes["retry"] == 0


async def test_fading_points_are_taken_away_by_time(cast):
    with clock.held_at(AT):
        lead_id = await a_lead(cast)
        fresh = (await row(cast, lead_id)).score
    await _plan_and_drain(cast, AT + timedelta(days=3, hours=1))
    lead = await row(cast, lead_id)
    (asked,) = [reason for reason in lead.score_reasons if reason["label"] == "Just asked"]
    assert (asked["points"], asked["full"]) == (7, 15) and lead.score < fresh


FROM_GEORGIA = {
    "label": "From Georgia",
    "category": "geography",
    "points": "+9",
    "decay_from": "created_at",
    "where": '{"field":"state","op":"eq","value":"GA"}',
}


async def test_a_draft_counts_for_nobody_until_it_is_published_and_goes_back_in_one_click(cast):
    lead_id, tenant = await a_lead(cast, state="GA"), cast.tenants["harbor"]
    ada = await cast.browser("harbor", "ada")
    before = (await row(cast, lead_id)).score
    assert (await ada.post("/admin/scoring", FROM_GEORGIA)).status_code == 303
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == before
    page = (await ada.get(f"/admin/scoring?lead={lead_id}")).text
    assert "From Georgia" in page and "State is GA" in page and f"live {before}, in the draft {before + 9}" in page
    effect = (await ada.get("/admin/scoring/effect", headers={"HX-Request": "true"})).text
    assert "1 of 1 open" in effect and "1 rise, 0 fall" in effect
    assert (await ada.post("/admin/scoring/publish")).status_code == 303
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == before + 9
    assert "1 in 30 days" in (await ada.get("/admin/scoring")).text
    rule_id = await _rule(cast, "From Georgia")
    assert (await ada.post(f"/admin/scoring/{rule_id}", {**FROM_GEORGIA, "points": "\u22125"})).status_code == 303
    assert (await ada.post("/admin/scoring/publish")).status_code == 303
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == before - 5
    assert (await ada.post("/admin/scoring/versions/1/restore")).status_code == 303
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == before
    assert (await ada.get(f"/admin/scoring/{rule_id}")).status_code == 404
    assert (await ada.post("/admin/scoring/versions/99/restore")).status_code == 404
    assert (await ada.post("/admin/scoring/publish")).status_code == 303  # nothing drafted: nothing happens
    assert [one.version for one in await _versions(cast)] == [4, 3, 2, 1]


async def test_a_sleeping_and_a_deleted_rule_give_nothing_and_discarding_leaves_what_is_live(cast):
    tenant, ada = cast.tenants["harbor"], await cast.browser("harbor", "ada")
    lead_id = await a_lead(cast, state="GA")
    await ada.post("/admin/scoring", FROM_GEORGIA)
    await ada.post("/admin/scoring/publish")
    rule_id = await _rule(cast, "From Georgia")
    await drain(cast.runtime, tenant)
    counted = (await row(cast, lead_id)).score
    assert (await ada.post(f"/admin/scoring/{rule_id}/delete")).status_code == 303
    assert "deleted in the draft" in (await ada.get("/admin/scoring")).text
    assert (await ada.post("/admin/scoring/discard")).status_code == 303
    assert (await ada.get(f"/admin/scoring/{rule_id}")).status_code == 200
    assert (await ada.post(f"/admin/scoring/{rule_id}/enable", {"enabled": "0"})).status_code == 303
    assert (await ada.post("/admin/scoring/publish")).status_code == 303
    await drain(cast.runtime, tenant)
    assert (await row(cast, lead_id)).score == counted - 9


async def test_thresholds_are_part_of_the_version(cast):
    ada = await cast.browser("harbor", "ada")
    refused = await ada.post("/admin/scoring/thresholds", {"low": "70", "high": "40"})
    assert refused.status_code == 422 and "#field-high" in refused.text
    assert (await ada.post("/admin/scoring/thresholds", {"low": "30", "high": "60"})).status_code == 303
    assert await _thresholds(cast) == [40, 70]
    await ada.post("/admin/scoring/publish")
    assert await _thresholds(cast) == [30, 60]
    await ada.post("/admin/scoring/versions/1/restore")
    assert await _thresholds(cast) == [40, 70]


async def test_two_who_draft_at_once_write_into_one_draft(cast):
    ada = await cast.browser("harbor", "ada")
    forms = [{**FROM_GEORGIA, "label": f"Rule {each}"} for each in range(4)]
    answers = await asyncio.gather(*(ada.post("/admin/scoring", form) for form in forms))
    assert {answer.status_code for answer in answers} == {303}
    page = (await ada.get("/admin/scoring")).text
    assert all(f"Rule {each}" in page for each in range(4))


async def _versions(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await queries.score_versions(work)


async def _thresholds(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await config.get(work, "score_thresholds")


async def _rule(cast, label):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return (await work.scalars(select(ScoreRule.id).where(ScoreRule.label == label))).one()


async def test_rules_move_one_place(cast):
    ada = await cast.browser("harbor", "ada")

    async def labels() -> list[str]:
        async with unit(tenant=cast.tenants["harbor"]) as work:
            draft = await queries.score_set(work, "draft")
            rows = draft.rules if draft else [{"label": row.label} for row in await queries.rules(work)]
            return [row["label"] for row in rows]

    before = await labels()
    second = await _rule(cast, before[1])
    await ada.post(f"/admin/scoring/{second}/move", {"to": "up"})
    assert await labels() == [before[1], before[0], *before[2:]]
    await ada.post(f"/admin/scoring/{second}/move", {"to": "up"})
    assert (await labels())[0] == before[1]
    await ada.post(f"/admin/scoring/{second}/move", {"to": "down"})
    assert await labels() == before


async def test_a_condition_is_put_together_by_plain_forms(cast):
    ada = await cast.browser("harbor", "ada")
    form = {
        "label": "Big and near",
        "category": "demographic",
        "points": "5",
        "decay_from": "created_at",
        "where": "",
    }
    chosen = await ada.post("/admin/scoring", {**form, "ask": "total_debt", "step": "field"})
    assert chosen.status_code == 200 and "over" in chosen.text and 'value="Big and near"' in chosen.text
    added = await ada.post(
        "/admin/scoring", {**form, "ask": "total_debt", "op": "gt", "value": "$10,000", "step": "part"}
    )
    assert "Total debt over $10,000" in added.text
    where = _where(added.text)
    added = await ada.post(
        "/admin/scoring",
        {**form, "where": where, "ask": "state", "op": "not_in", "value": "FL, GA", "step": "part"},
    )
    assert "Total debt over $10,000" in added.text and "State is not FL or GA" in added.text
    fewer = await ada.post("/admin/scoring", {**form, "where": _where(added.text), "remove": "0"})
    assert "Total debt over $10,000" not in fewer.text and "State is not FL or GA" in fewer.text
    wrong = await ada.post(
        "/admin/scoring",
        {**form, "where": where, "ask": "state", "op": "in", "value": "Mars", "step": "part"},
    )
    assert wrong.status_code == 422 and "Mars" in wrong.text and 'value="Big and near"' in wrong.text


def _where(page: str) -> str:
    import html

    return html.unescape(re.search(r'name="where" value="([^"]*)"', page).group(1))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"label": ""}, "label"),
        ({"points": "0"}, "points"),
        ({"points": "lots"}, "points"),
        ({"points": "101"}, "points"),
        ({"category": "x"}, "category"),
        ({"half_life_days": "-1"}, "half_life_days"),
        ({"where": ""}, "condition"),
        ({"half_life_days": "3", "decay_from": "state"}, "decay_from"),
        ({"where": '{"field":"nope","op":"eq","value":1}'}, "condition"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused_at_its_field(cast, change, field):
    ada = await cast.browser("harbor", "ada")
    form = {
        "label": "x",
        "category": "geography",
        "points": "5",
        "where": '{"field":"state","op":"eq","value":"GA"}',
    }
    answer = await ada.post("/admin/scoring", {**form, **change})
    assert answer.status_code == 422 and f"#field-{field}" in answer.text


async def test_scoring_is_for_those_who_may_configure(cast):
    luis, rule_id = await cast.browser("harbor", "luis"), await _rule(cast, "Hot now")
    for path in ("", "/new", f"/{rule_id}", "/effect"):
        assert (await luis.get(f"/admin/scoring{path}")).status_code == 404
    for path in (
        "",
        "/publish",
        "/discard",
        "/thresholds",
        "/versions/1/restore",
        f"/{rule_id}",
        f"/{rule_id}/delete",
        f"/{rule_id}/enable",
        f"/{rule_id}/move",
    ):
        assert (await luis.post(f"/admin/scoring{path}", {"enabled": "0"})).status_code == 404
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert (await work.get(ScoreRule, rule_id)).enabled


async def test_a_rule_whose_field_is_gone_sleeps_and_says_so(cast):
    tenant = cast.tenants["harbor"]
    async with unit(tenant=tenant) as work:
        await custom.archive(work, "lead", "hardship")
    lead = await row(cast, await a_lead(cast))
    assert "Hardship told" not in [reason["label"] for reason in lead.score_reasons]
    page = (await (await cast.browser("harbor", "ada")).get("/admin/scoring")).text
    assert "can’t be asked" in page


def test_categories_are_those_that_were_asked_for():
    assert set(CATEGORIES) == {"demographic", "behavioural", "engagement", "completeness", "geography"}
