"""A session that ends while somebody types: a sheet over the page signs in, and what was being sent goes on by itself."""

import pytest
from playwright.async_api import expect
from sqlalchemy import delete, func, select

from app.access.models import Session
from app.contacts.models import Note
from app.core.work import unit
from tests.access import people
from tests.access.doors import code_now
from tests.browser.serving import opened
from tests.leads.making import a_lead, person_id
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
WORDS = "Dana wants to be called back on Friday."
LATER = "Date.now = (now => () => now() + 600000)(Date.now.bind(Date))"


async def ended(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await work.execute(delete(Session))


async def kept(cast, lead_id):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        return await work.scalar(select(func.count()).where(Note.entity_id == lead_id, Note.body == WORDS))


async def press_save(page):
    """By hand or, where the sheet has come by itself meanwhile, as it goes on behind it."""
    await page.get_by_role("button", name="Save note").evaluate("button => button.click()")


async def test_the_note_is_saved_after_a_password_and_a_code(cast):
    lead_id = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    async with opened(cast, "harbor", "luis", f"/agent/leads/{lead_id}") as page:
        await page.wait_for_load_state("load")
        await page.locator("#note textarea").fill(WORDS)
        await ended(cast)
        await page.evaluate(LATER)
        await press_save(page)
        sheet = page.locator("#session-ended")
        await expect(sheet).to_be_visible()
        await expect(sheet.locator("[name=email]")).to_have_value("luis@example.com")
        await sheet.locator("[name=password]").fill("not this one at all")
        await sheet.locator("[name=password]").press("Enter")
        await expect(sheet.locator("[data-error-summary]")).to_be_visible()
        assert await kept(cast, lead_id) == 0
        await sheet.locator("[name=password]").fill(PASSWORD)
        await sheet.locator("[name=password]").press("Enter")
        await sheet.locator("[name=code]").fill(code_now(secret))
        await expect(page.locator("#timeline")).to_contain_text(WORDS, timeout=30_000)
        await expect(sheet).to_be_hidden()
    assert await kept(cast, lead_id) == 1


async def test_somebody_elses_sign_in_sends_nothing(cast):
    lead_id = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    async with opened(cast, "harbor", "luis", f"/agent/leads/{lead_id}") as page:
        await page.locator("#note textarea").fill(WORDS)
        await ended(cast)
        await page.evaluate(LATER)
        await press_save(page)
        sheet = page.locator("#session-ended")
        await sheet.locator("[name=email]").fill("ada@example.com")
        await sheet.locator("[name=password]").fill(PASSWORD)
        async with page.expect_navigation():
            await sheet.locator("[name=password]").press("Enter")
    assert await kept(cast, lead_id) == 0


async def test_whoever_is_signed_out_from_elsewhere_is_told_at_once_and_loses_nothing(cast):
    lead_id = await a_lead(cast, owner_id=await person_id(cast, "luis"))
    async with opened(cast, "harbor", "luis", f"/agent/leads/{lead_id}") as page:
        await expect(page.locator("#note textarea")).to_be_visible()
        await ended(cast)
        await page.locator("#note textarea").press_sequentially(WORDS)
        sheet = page.locator("#session-ended")
        await expect(sheet).to_be_visible(timeout=30_000)
        await expect(sheet.locator("[name=password]")).to_be_focused()
        await sheet.locator("[name=password]").fill(PASSWORD)
        await sheet.locator("[name=password]").press("Enter")
        await expect(sheet).to_be_hidden(timeout=30_000)
        assert await kept(cast, lead_id) == 0, "nobody has pressed Save yet"
        await expect(page.locator("#note textarea")).to_have_value(WORDS)
        await page.get_by_role("button", name="Save note").click()
        await expect(page.locator("#timeline")).to_contain_text(WORDS, timeout=30_000)
    assert await kept(cast, lead_id) == 1
