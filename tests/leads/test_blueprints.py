"""Every blueprint gives a business that works on the first day."""

import pytest

from app.core import blueprints, conditions, config, fields
from app.core.work import unit
from app.leads import queries, service
from app.leads.models.scoring import CATEGORIES
from tests.leads.making import a_lead, row

pytestmark = pytest.mark.anyio
STAGES = {
    "harbor": "New Contacted Qualified Enrolled Settled Lost",
    "keystone": "New, Reached, Screened, Signed, With attorney, Declined",
    "summit": "New Contacted Qualified Proposal Won Lost",
    "willow": "New Open Waiting Solved Closed",
}
WORDS = {
    "harbor": "Debt advisor",
    "keystone": "Intake specialist",
    "summit": "Sales rep",
    "willow": "Care agent",
}


@pytest.mark.parametrize("slug", STAGES)
async def test_stages_and_words_are_those_of_the_trade(cast, slug):
    async with unit(tenant=cast.tenants[slug]) as work:
        found = [stage.label for stage in await service.stages(work)]
        wanted = STAGES[slug].split(", ") if "," in STAGES[slug] else STAGES[slug].split()
        assert found == wanted
        assert (await config.get(work, "terms"))["agent"] == WORDS[slug]
        kinds = [stage.kind for stage in await service.stages(work)]
        assert kinds[0] == "new" and {"won", "lost"} <= set(kinds)


@pytest.mark.parametrize("slug", STAGES)
async def test_stages_demand_fields_that_exist_and_lost_ones_a_reason(cast, slug):
    async with unit(tenant=cast.tenants[slug]) as work:
        known = await fields.registry(work, "lead")
        for stage in await service.stages(work):
            assert set(stage.required_fields) <= set(known.names), stage.name
            assert ("lost_reason" in stage.required_fields) == (stage.kind == "lost")
            demanded = await service.demanded(work, stage)
            assert all(field.options for field in demanded if field.type == "choice")


@pytest.mark.parametrize("slug", STAGES)
async def test_rules_can_all_be_asked_and_use_every_category(cast, slug):
    async with unit(tenant=cast.tenants[slug]) as work:
        rows, live = await queries.rules(work), await service.live_rules(work)
        assert len(rows) == len(live) >= 6
        known = await fields.fill_options(work, await fields.registry(work, "lead"))
        for rule in live:
            assert conditions.fields_used(rule.condition) <= set(known.names)
    used = {row.category for row in rows}
    assert used <= set(CATEGORIES) and len(used) >= 4


@pytest.mark.parametrize("slug", STAGES)
async def test_a_first_lead_is_scored_and_shown(cast, slug):
    lead_id = await a_lead(cast, slug)
    assert (await row(cast, lead_id, slug)).score > 0
    luis = await cast.browser(slug, "luis")
    page = await luis.get(f"/agent/leads/{lead_id}")
    assert page.status_code == 200 and "Marquee" not in page.text
    assert (await luis.get("/agent/board")).status_code == 200
    assert (await luis.get("/agent/leads")).status_code == 200


async def test_configuring_again_changes_nothing(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        before = [(rule.id, rule.label) for rule in await queries.rules(work)]
        sections = blueprints.load("debt-resolution")
        await service.configure_fields(work, sections["fields"])
        await service.configure_pipelines(work, sections["pipelines"])
        await service.configure_scoring(work, sections["scoring"])
        assert [(rule.id, rule.label) for rule in await queries.rules(work)] == before
        assert len(await service.stages(work)) == 6


async def test_publishers_may_send_the_names_of_the_contract(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        names = (await fields.registry(work, "lead")).names
        assert {"total_debt", "monthly_income", "hardship", "source", "sub_id", "landing_page"} <= set(names)
    async with unit(tenant=cast.tenants["keystone"]) as work:
        names = (await fields.registry(work, "lead")).names
        assert {"incident_date", "injured", "represented", "at_fault"} <= set(names)
