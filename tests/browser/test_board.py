"""Cards of the board in a real browser: by pointer, by keys, into a stage that asks, and when somebody was quicker."""

import pytest
from playwright.async_api import Page, expect

from app.core.work import unit
from app.leads import service
from app.leads.models import Stage
from tests.browser.serving import opened
from tests.leads.making import a_lead, as_actor, kinds, row

pytestmark = pytest.mark.anyio
BOARD = "/agent/board"


async def stage_of(cast, lead_id) -> str:
    async with unit(tenant=cast.tenants["harbor"]) as work:
        stage = await work.get(Stage, (await row(cast, lead_id)).stage_id)
        return stage.name


async def drag(page: Page, card, column: str) -> None:
    """By hand: down, a few steps, up."""
    start, end = await card.bounding_box(), await page.locator(f"#cards-{column}").bounding_box()
    await page.mouse.move(start["x"] + 60, start["y"] + start["height"] - 12)
    await page.mouse.down()
    await page.mouse.move(start["x"] + 90, start["y"] + start["height"], steps=4)
    await page.mouse.move(end["x"] + 60, end["y"] + 30, steps=12)
    await page.mouse.up()


async def test_a_card_goes_where_the_pointer_drops_it(cast):
    lead_id = await a_lead(cast, total_debt=10000)
    async with opened(cast, "harbor", "ada", BOARD) as page:
        await page.wait_for_function("document.querySelector('#cards-new [data-card]')")
        await page.wait_for_load_state("networkidle")
        await drag(page, page.locator(f"#card-{lead_id}"), "contacted")
        await expect(page.locator(f"#cards-contacted #card-{lead_id}")).to_be_visible()
        await expect(page.locator("#column-contacted .count")).to_have_text("1")
        await expect(page.locator("ui-toasts")).to_contain_text("Moved to Contacted.")
        assert await stage_of(cast, lead_id) == "contacted"
        await page.locator(".toast-undo").click()
        await expect(page.locator(f"#cards-new #card-{lead_id}")).to_be_visible()
    assert await stage_of(cast, lead_id) == "new"


async def test_keys_lift_carry_and_drop_and_say_so(cast):
    lead_id = await a_lead(cast, first_name="Dana", last_name="Reyes")
    async with opened(cast, "harbor", "ada", BOARD) as page:
        voice, card = page.locator("[data-board-voice]"), page.locator(f"#card-{lead_id}")
        await card.locator(".row-link").focus()
        await page.keyboard.press("Space")
        await expect(voice).to_have_text("Dana Reyes lifted. New, position 1 of 1.")
        await page.keyboard.press("ArrowRight")
        await expect(voice).to_have_text("Contacted, position 1 of 1.")
        await page.keyboard.press("Escape")
        await expect(voice).to_have_text("Dana Reyes is back in New.")
        await expect(page.locator(f"#cards-new #card-{lead_id}")).to_be_visible()
        assert (await kinds(cast, lead_id)).count("lead.stage_changed") == 0
        for key in ("Space", "ArrowRight", "Space"):
            await page.keyboard.press(key)
        await expect(page.locator("ui-toasts")).to_contain_text("Moved to Contacted.")
        await expect(card.locator(".row-link")).to_be_focused()
    assert await stage_of(cast, lead_id) == "contacted"


async def test_a_stage_that_asks_opens_a_sheet_and_cancel_returns_the_card(cast):
    lead_id = await a_lead(cast)
    async with opened(cast, "harbor", "ada", BOARD) as page:
        await page.wait_for_load_state("networkidle")
        await drag(page, page.locator(f"#card-{lead_id}"), "qualified")
        await expect(page.locator("#dialog")).to_contain_text("Move to Qualified")
        await page.keyboard.press("Escape")
        await expect(page.locator(f"#cards-new #card-{lead_id}")).to_be_visible()
        assert await stage_of(cast, lead_id) == "new"
        await drag(page, page.locator(f"#card-{lead_id}"), "qualified")
        await expect(page.locator("#dialog")).to_contain_text("Move to Qualified")
        for field in await page.locator("#dialog input:not([type=hidden]), #dialog select").all():
            tag = await field.evaluate("one => one.tagName")
            await (field.select_option(index=1) if tag == "SELECT" else field.fill("12000"))
        await page.locator("#dialog .btn-primary").click()
        await expect(page.locator("ui-toasts")).to_contain_text("Moved to Qualified.")
        await expect(page.locator(f"#cards-qualified #card-{lead_id}")).to_be_visible()
    assert await stage_of(cast, lead_id) == "qualified"


async def test_a_lost_race_returns_the_card_and_names_who_won(cast):
    lead_id = await a_lead(cast, last_name="Reyes")
    async with opened(cast, "harbor", "ada", BOARD) as page:
        await page.wait_for_load_state("networkidle")
        async with unit(await as_actor(cast, "luis"), tenant=cast.tenants["harbor"]) as work:
            await service.change_stage(work, lead_id, "contacted")
        await drag(page, page.locator(f"#card-{lead_id}"), "lost")
        await expect(page.locator("#board .note")).to_have_text("Luis Ortega moved Dana Reyes to Contacted.")
        await expect(page.locator(f"#cards-contacted #card-{lead_id}")).to_be_visible()
    assert (await kinds(cast, lead_id)).count("lead.stage_changed") == 1


async def test_the_card_that_has_the_focus_is_the_one_its_keys_are_for(cast):
    first, second = [await a_lead(cast, first_name=name, last_name="Reyes") for name in ("Ana", "Dana")]
    async with opened(cast, "harbor", "ada", BOARD) as page:
        await page.wait_for_load_state("networkidle")
        for lead_id in (first, second):
            await page.locator(f"#card-{lead_id} .row-link").focus()
            await page.keyboard.press("s")
            menu = page.locator(f"#card-{lead_id} .menu-pop")
            await expect(menu).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(menu).to_be_hidden()
