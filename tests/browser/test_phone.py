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


LABELS = """(cells) => cells.filter((cell) => cell.offsetParent).map((cell) =>
  [cell.dataset.label, getComputedStyle(cell, "::before").content.replace(/"/g, "").trim()])"""


@pytest.mark.parametrize(
    ("slug", "who", "path", "words"),
    [
        ("console", "northwind", "/console", ["Leads, 30 days", "Seats", "Last sign-in"]),
        ("harbor", "ada", "/admin/people", []),
        ("harbor", "ada", "/admin/team", []),
    ],
)
async def test_a_table_is_cards_that_say_what_their_figures_are(
    cast: Any, slug: str, who: str, path: str, words: list[str]
) -> None:
    async with staged(cast) as stage:
        page = await stage.seat(slug, who, path, size=PHONE)
        await page.wait_for_load_state("networkidle")
        table = page.locator("table.data-cards").first
        assert await table.locator("tbody tr").count() > 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await table.evaluate("(one) => one.parentElement.scrollWidth <= one.parentElement.clientWidth + 1")
        shown = await table.locator("td[data-label]").evaluate_all(LABELS)
        assert all(said == label for label, said in shown) and set(words) <= {label for label, _ in shown}
        widths = await table.locator("tbody tr").evaluate_all(
            "(rows) => rows.map((row) => row.getBoundingClientRect())"
        )
        assert all(box["left"] >= 0 and box["right"] <= PHONE["width"] for box in widths)


async def test_a_line_of_the_console_answers_to_its_key_on_a_wide_screen(cast: Any) -> None:
    async with staged(cast) as stage:
        page = await stage.seat("console", "northwind", "/console")
        await page.wait_for_load_state("networkidle")
        await page.keyboard.press("j")
        await page.keyboard.press("s")  # a key of other lists
        await expect(page.locator("dialog[open]")).to_have_count(0)
        await page.keyboard.press(".")
        menu = page.locator("dialog[open]")
        for name in ("Open", "Usage", "Export"):
            await expect(menu.get_by_role("link", name=name, exact=True)).to_be_visible()
        await expect(menu.get_by_role("button", name="Suspend")).to_be_visible()
        await looks_right(page)
        await page.keyboard.press("Escape")
        for name in ("Harbor", "Summit"):
            await page.get_by_role("checkbox", name=name).check()
        await page.get_by_role("button", name="Suspend selected").click()
        sheet = page.locator("#confirm")
        await expect(sheet).to_contain_text("2: ")
        for name in ("Harbor Debt Relief", "Summit Learning"):
            await expect(sheet).to_contain_text(name)


async def test_a_card_of_the_board_stays_in_its_column_whatever_somebody_is_called(cast: Any) -> None:
    luis = await person_id(cast, "luis")
    await a_lead(cast, first_name="Maximiliane", last_name="von Donaudampfschifffahrtsgesellschaft", owner_id=luis)
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "luis", "/agent/board")
        for size in (PHONE, {"width": 768, "height": 900}, {"width": 1600, "height": 900}):
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            assert await page.locator("[data-card]").first.evaluate(
                "(card) => card.getBoundingClientRect().right <= card.parentElement.getBoundingClientRect().right"
            )
