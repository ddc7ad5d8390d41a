"""The palette by keyboard alone: a caller by part of the number, a page, a verb of the page, a mode."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.serving import opened
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio


async def find(page: Page, text: str) -> None:
    """Opened and typed, and the answer to the last letter is there."""
    await page.keyboard.press("Control+k")
    await expect(page.locator("#palette input")).to_be_focused()
    async with page.expect_response(lambda answer: "/palette?q=" in answer.url and answer.ok):
        await page.keyboard.type(text)
    await page.wait_for_timeout(300)


async def test_by_keyboard_alone_to_a_caller_a_page_a_verb_and_a_mode(cast: Any) -> None:
    luis = await person_id(cast, "luis")
    dana = await a_lead(cast, phone="+17275550142", owner_id=luis)
    await a_lead(cast, first_name="Kim", phone="+13055550987", owner_id=luis)
    async with opened(cast, "harbor", "luis", "/agent/leads") as page:
        await page.wait_for_load_state("networkidle")
        await find(page, "0142")
        await expect(page.locator("#palette-results a")).to_have_count(1)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/agent/leads/{dana}")
        await page.wait_for_load_state("networkidle")
        await find(page, "next st")
        await expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Next stage")
        await page.keyboard.press("Enter")
        await expect(page.locator("#lead-head [aria-current=step]")).to_have_text("Contacted")
        await page.wait_for_load_state("networkidle")
        await find(page, "dark")
        await page.keyboard.press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await find(page, "my num")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/agent/numbers")
        await find(page, "nobody is called so")
        await expect(page.locator("#palette-results")).to_contain_text("Nothing matches")
        await page.keyboard.press("Escape")
        await expect(page.locator("#palette")).to_be_hidden()
