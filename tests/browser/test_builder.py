"""Building a sequence by hand: a step at the side, moved and taken out by keys, taken back."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from app.sequences.models import Sequence
from tests.browser.stage import staged
from tests.contacting import rows
from tests.sequences.watching import made

pytestmark = pytest.mark.anyio


async def _add(page: Page, kind: str, **typed: str) -> None:
    await page.get_by_role("link", name=kind, exact=True).click()
    sheet = page.locator("#sheet")
    for name, value in typed.items():
        await sheet.locator(f"[name={name}]").fill(value)
    await sheet.locator(".btn-primary").click()
    await expect(sheet).to_be_hidden()


async def test_steps_are_added_at_the_side_moved_and_deleted_by_keys_and_taken_back(cast: Any) -> None:
    sequence = await made(cast, [], on=False)
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "ada", f"/admin/sequences/{sequence.id}")
        await _add(page, "Wait", number="2")
        await _add(page, "Task", title="Send papers")
        await _add(page, "Wait", number="9")
        steps = page.locator("[data-step]")
        await expect(steps).to_have_count(3)
        await page.get_by_role("link", name="Task", exact=True).click()
        await expect(page.locator("#sheet")).to_contain_text("What is to be done")
        await expect(page.locator("#sheet")).not_to_contain_text("You typed this before")
        await page.keyboard.press("Escape")
        await page.keyboard.press("j")
        await page.keyboard.press("Alt+ArrowDown")
        await expect(steps.first).to_contain_text("Send papers")
        await page.keyboard.press("Delete")
        await expect(steps).to_have_count(2)
        await page.get_by_role("button", name="Undo").last.click()
        await expect(steps).to_have_count(3)
    [row] = await rows(cast, "harbor", select(Sequence).where(Sequence.id == sequence.id))
    assert [step["kind"] for step in row.steps] == ["task", "wait", "wait"]
