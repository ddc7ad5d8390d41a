"""Seven tabs of one browser: one event stream for all, changes in every tab, and the next one leads when the first goes."""

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.stage import Stage, staged
from tests.leads.making import a_lead, person_id

pytestmark = pytest.mark.anyio
TABS = 7
PILL = "[data-live-pill=lead-rows]"
HELD = "navigator.locks.query().then((all) => [all.held.length, all.pending.length])"


async def seven(stage: Stage, paths: list[str]) -> tuple[list[Page], list[str]]:
    """Luis has them all open in one window; beside them the addresses of the streams as they are opened."""
    first = await stage.seat("harbor", "luis", paths[0])
    streams: list[str] = []
    first.context.on("request", lambda asked: streams.append(asked.url) if asked.url.endswith("/live") else None)
    pages = [first, *[await first.context.new_page() for _ in paths[1:]]]
    for page, path in zip(pages[1:], paths[1:], strict=True):
        await page.goto(stage.url("harbor", path))
    await first.wait_for_timeout(1_500)  # the stream is open
    return pages, streams


async def added(cast: Any, name: str) -> UUID:
    return await a_lead(cast, first_name=name, owner_id=await person_id(cast, "luis"))


async def test_seven_tabs_share_one_stream_and_the_next_leads_when_the_first_goes(cast: Any) -> None:
    async with staged(cast) as stage:
        await added(cast, "Before")
        pages, streams = await seven(stage, ["/agent/leads"] * TABS)
        assert await pages[-1].evaluate(HELD) == [1, TABS - 1], "one leads, six wait for their turn"
        before = len(streams)
        await added(cast, "Nova")
        for page in pages:
            await expect(page.locator(PILL)).to_have_text("1 new", timeout=15_000)
        assert len(streams) == before, "nobody opened a stream of their own"
        for page in pages[:-1]:
            await page.close()
        last = pages[-1]
        await last.wait_for_timeout(1_500)
        assert await last.evaluate(HELD) == [1, 0] and len(streams) > before
        await added(cast, "Later")
        await expect(last.locator(PILL)).to_have_text("2 new", timeout=15_000)
        await last.locator(PILL).click()
        await expect(last.locator("#lead-rows")).to_contain_text("Later")


async def test_who_is_here_is_told_of_each_tab_by_itself_and_ends_with_it(cast: Any) -> None:
    async with staged(cast) as stage:
        ids = [await added(cast, f"Lead{place}") for place in range(TABS)]
        pages, _ = await seven(stage, [f"/agent/leads/{one}" for one in ids])
        boss = await stage.seat("harbor", "ada", f"/agent/leads/{ids[0]}")
        luis = boss.locator("[data-watching]").get_by_label("Luis Ortega")
        await expect(luis).to_have_count(1)
        await expect(pages[0].locator("[data-watching]").get_by_label("Ada Admin")).to_have_count(1, timeout=15_000)
        await expect(pages[1].locator("[data-watching]").get_by_label("Ada Admin")).to_have_count(0)
        await pages[0].locator("form[action$='/notes'] textarea").first.press_sequentially("Wants it in writing")
        await expect(boss.locator("[data-watching]")).to_contain_text("Luis Ortega is writing a note", timeout=15_000)
        await pages[0].goto(stage.url("harbor", "/agent/leads"))
        await expect(luis).to_have_count(0, timeout=15_000)
