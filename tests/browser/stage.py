"""Several people at once in one real browser, each in a window of their own, and a look at every page they see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser.screenshots import FLAGS
from tests.browser.serving import PROGRAM, served
from tests.world import Cast

WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass
class Stage:
    """The product behind a socket and a Chromium. `faults` are errors of scripts and reports of the content policy."""

    cast: Cast
    port: int
    chromium: Browser
    faults: list[str] = field(default_factory=list)

    async def seat(self, slug: str, first: str, path: str, *, size: dict[str, int] = WIDE) -> Page:
        """This person's own window, signed in, at a page."""
        context = await self.chromium.new_context(viewport=size)  # type: ignore[arg-type]
        signed = await self.cast.browser(slug, first)
        jar = signed.client.cookies.jar
        host = f"{slug}.localhost"
        await context.add_cookies(
            [{"name": one.name, "value": one.value or "", "domain": host, "path": "/"} for one in jar]
        )
        page = await self._page(context)
        await page.goto(self.url(slug, path))
        return page

    async def visitor(self, *, size: dict[str, int] = WIDE) -> Page:
        """A window of somebody who is not signed in."""
        return await self._page(await self.chromium.new_context(viewport=size))  # type: ignore[arg-type]

    async def _page(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if "Content Security" in line.text else None)
        return page

    def url(self, slug: str, path: str) -> str:
        return f"http://{slug}.localhost:{self.port}{path}"


@asynccontextmanager
async def staged(cast: Cast) -> AsyncIterator[Stage]:
    """Nothing may have gone wrong in any window by the end."""
    async with served(cast.app) as port, async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        stage, settings, usual = Stage(cast, port, chromium), cast.runtime.settings, cast.runtime.settings.port
        msgspec.structs.force_setattr(settings, "port", port)  # links to other hosts lead here
        try:
            yield stage
        finally:
            msgspec.structs.force_setattr(settings, "port", usual)
            await chromium.close()
    assert stage.faults == []


async def looks_right(page: Page) -> None:
    """Light and wide, dark and on a phone: nothing that axe calls serious, no sideways scroll. The window is put back."""
    before = page.viewport_size or WIDE
    for mode, size in (("light", before), ("dark", PHONE)):
        await page.emulate_media(color_scheme=mode)  # type: ignore[arg-type]
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await page.wait_for_timeout(200)  # what fades is there
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
        found = await serious(page)
        assert not found, "\n".join([f"{page.url} {mode}", *found])
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(before)  # type: ignore[arg-type]


async def serious(page: Page) -> list[str]:
    found: list[dict[str, Any]] = (await Axe().run(page)).response["violations"]
    return [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary']}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
