"""On a phone: the filter in a sheet, a conversation by itself, rows without a sideways scroll."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.stage import PHONE, looks_right, staged
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio


async def test_the_filter_is_a_sheet_and_narrows_the_list(cast: Any) -> None:
    luis = await person_id(cast, "luis")
    await a_lead(cast, first_name="Small", total_debt=9000, owner_id=luis)
    await a_lead(cast, first_name="Large", total_debt=40000, owner_id=luis)
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "luis", "/agent/leads", size=PHONE)
        await page.wait_for_load_state("networkidle")
        await page.get_by_role("link", name="Filter").click()
        sheet = page.locator("#sheet")
        await sheet.get_by_label("Field").select_option("total_debt")
        await expect(sheet.locator("#filter-op")).to_have_value("gte")
        await looks_right(page)
        await sheet.locator("#filter-value").fill("30,000")
        await sheet.get_by_role("button", name="Add filter").click()
        await expect(page.locator("#lead-rows")).to_contain_text("Large")
        await expect(page.locator("#lead-rows")).not_to_contain_text("Small")
        await page.get_by_role("link", name="Filter 1").click()
        await sheet.get_by_label("Remove filter").click()
        await expect(page.locator("#lead-rows")).to_contain_text("Small")
