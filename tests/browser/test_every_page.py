"""What holds for all pages: axe finds nothing serious, tabs share one stream, keys told are keys that work, forms need no script."""

import pytest
from playwright.async_api import async_playwright, expect

from app.core.live import hub
from app.core.work import unit
from app.programs.models import Settlement
from tests.browser.screenshots import FLAGS
from tests.browser.serving import PROGRAM, served
from tests.browser.stage import looks_right, staged
from tests.browser.test_weight import people
from tests.leads.making import a_lead, person_id, row
from tests.programs.making import a_client, a_program, an_offer
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
# What the story (test_story.py) does not walk past anyway, by host and person; nobody is a visitor.
PAGES = {
    (
        "harbor",
        "luis",
    ): "/agent/leads /agent/tasks /agent/messages /agent/snippets /agent/leads/new /notices /account /help/queue",
    (
        "harbor",
        "ada",
    ): "/admin/people /admin/people/invite /admin/roles /admin/audit /admin/compliance /admin/publishers /admin/reports"
    " /admin/templates /admin/stages /admin/fields /admin/team /admin/invoices /admin/scoring /admin/plan /help",
    ("harbor", "pia"): "/publisher/leads /publisher/spec /publisher/keys /publisher/earnings",
    (
        "harbor",
        "dana",
    ): "/portal/program /portal/documents /portal/invoices /portal/messages /portal/more /portal/leaving",
    ("console", "olga"): "/console /console/tenants/new /console/blueprints/sales /console/resellers /admin/people",
    ("console", "northwind"): "/console /console/brand /admin/audit /help/console",
    ("harbor", ""): "/login /login/reset /login/link /offline",
}
TABS = 7


async def test_axe_finds_nothing_serious_light_and_dark(cast):
    await people(cast, rows=8)
    async with staged(cast) as stage:
        faults = []
        for (slug, first), paths in PAGES.items():
            page = await (stage.seat(slug, first, paths.split()[0]) if first else stage.visitor())
            for path in paths.split():
                answer = await page.goto(stage.url(slug, path))
                try:
                    assert answer.status == 200, f"{path} answers {answer.status}"
                    await looks_right(page)
                except AssertionError as fault:
                    faults.append(f"{first or 'visitor'} {path}: {fault}")
        assert not faults, "\n".join(faults)


async def test_seven_tabs_share_one_stream(cast):
    async with staged(cast) as stage:
        first = await stage.seat("harbor", "luis", "/agent/leads")
        for _ in range(TABS - 1):
            tab = await first.context.new_page()
            await tab.goto(stage.url("harbor", "/agent/leads"))
        await first.wait_for_timeout(500)
        assert len(first.context.pages) == TABS and len(hub().everyone()) == 1


async def test_the_sheet_of_keys_tells_what_works_here_and_letters_can_be_off(cast):
    await a_lead(cast, owner_id=await person_id(cast, "luis"))
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "luis", "/agent/leads")
        keys = page.locator("#keys")
        await page.keyboard.press("?")
        await expect(keys).to_contain_text("Next row")
        await page.keyboard.press("Escape")
        await expect(keys).to_be_hidden()
        await page.keyboard.press("j")
        await expect(page.locator("[data-row][data-current]")).to_have_count(1)
        await page.goto(stage.url("harbor", "/account"))
        await page.keyboard.press("?")
        await expect(keys).to_contain_text("Search or jump to")
        await expect(keys).not_to_contain_text("Next row")
        await page.keyboard.press("Escape")
        await page.locator("input[name=keys]").uncheck()
        await page.get_by_role("button", name="Save preferences").click()
        await expect(page.locator("html")).to_have_attribute("data-letter-keys", "off")
        await page.locator("h1").click()
        await page.keyboard.press("?")
        await expect(keys).to_be_hidden()


async def test_without_scripts_an_agent_signs_in_finds_a_lead_and_moves_it(cast):
    lead_id = await a_lead(cast, owner_id=await person_id(cast, "luis"), last_name="Quiet")
    async with served(cast.app) as port, async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        page = await (await chromium.new_context(java_script_enabled=False)).new_page()
        home = f"http://harbor.localhost:{port}"
        await page.goto(f"{home}/login")
        await page.fill("input[name=email]", "luis@example.com")
        await page.fill("input[name=password]", PASSWORD)
        await page.locator("input[name=password]").press("Enter")
        await expect(page).to_have_url(f"{home}/agent")
        await page.goto(f"{home}/agent/leads")
        await page.locator("main input[name=q]").first.fill("quiet")
        await page.locator("main input[name=q]").first.press("Enter")
        await page.get_by_role("link", name="Dana Quiet").first.click()
        await expect(page.locator("h1")).to_have_text("Dana Quiet")
        before = (await row(cast, lead_id)).stage_id
        await page.locator("#lead-head .stepper button").first.click()
        await expect(page.locator("h1")).to_have_text("Dana Quiet")
        assert (await row(cast, lead_id)).stage_id != before
        await page.locator("#note textarea").fill("Written without a script.")
        await page.get_by_role("button", name="Save note").click()
        await expect(page.locator("#timeline")).to_contain_text("Written without a script.")
        await chromium.close()


async def test_without_scripts_a_client_comes_in_and_approves_an_offer(cast):
    harbor = cast.tenants["harbor"]
    program = await a_program(harbor)
    await a_client(cast, "harbor", program.contact_id, "Dana")
    offer = await an_offer(harbor, program)
    async with served(cast.app) as port, async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        page = await (
            await chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
        ).new_page()
        await page.goto(f"http://harbor.localhost:{port}/login")
        await page.fill("input[name=email]", "dana@example.com")
        await page.fill("input[name=password]", PASSWORD)
        await page.locator("input[name=password]").press("Enter")
        await page.get_by_role("link", name="Look at the offer").click()
        await page.get_by_role("button", name="Approve").click()
        await expect(page.locator("main")).to_be_visible()
        await chromium.close()
    async with unit(tenant=harbor) as work:
        assert (await work.get(Settlement, offer)).state == "approved"
