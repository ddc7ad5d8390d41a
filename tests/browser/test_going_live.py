"""A publisher's first page stays true while it is open: the list ticks itself, and going live is seen as it happens."""

from typing import Any

import pytest
from playwright.async_api import expect

from app.access import service as access
from app.core.work import unit
from app.publishers import service as publishers
from tests.browser.stage import staged
from tests.publishers.conftest import lead, open_desk
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio


async def test_the_list_ticks_itself_and_the_page_goes_live_by_itself(cast: Any) -> None:
    desk = await open_desk(cast, state="test")
    async with unit(tenant=desk.tenant) as work:
        await access.create_person(
            work, email="pat@example.com", name="Pat", role="publisher", password=PASSWORD, party_id=desk.publisher_id
        )
    async with staged(cast) as stage:
        page = await stage.seat("harbor", "pat", "/publisher")
        await page.wait_for_load_state("networkidle")
        await expect(page.locator("#standing")).to_contain_text("Test mode")
        await expect(page.locator("#next-step .btn-primary")).to_have_text("Send a test lead")
        for body in (lead(101), lead(102), lead(103), lead(104, zip=None), lead(101, sub_id="again")):
            await desk.post(body)
        await expect(page.get_by_role("button", name="Ask to go live")).to_be_visible()
        await expect(page.locator("main .btn-primary")).to_have_count(1)
        await page.get_by_role("button", name="Ask to go live").click()
        await expect(page.locator("#standing")).to_contain_text("You asked to go live")
        async with unit(tenant=desk.tenant) as work:
            await publishers.change_publisher(work, desk.publisher_id, state="live")
        await expect(page.locator("#standing")).to_contain_text("Each lead that is accepted is paid")
        await expect(page.locator("#next-step .btn-primary")).to_have_text("Open spec")
        await expect(page.locator("#bell .count")).to_have_text("1")
