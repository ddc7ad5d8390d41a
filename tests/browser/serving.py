"""The product behind a real socket, and somebody's signed-in browser on it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from playwright.async_api import Page, async_playwright, expect

from tests.browser.screenshots import CHROMIUM, FLAGS
from tests.world import Cast

# A wait ends as soon as what it waits for is there; how long that may take says how loaded the machine is.
expect.set_options(timeout=30_000)
PROGRAM = CHROMIUM if Path(CHROMIUM).exists() else None


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """The port that it listens on. The test's own runtime stays open, so start and stop are left out."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        await task


async def listening(page: Page) -> None:
    """The stream of live changes is open."""
    await expect(page.locator("body")).to_have_attribute("data-stream", "live")


@asynccontextmanager
async def opened(cast: Cast, slug: str, first: str, path: str, **size: int) -> AsyncIterator[Page]:
    """A page of the product in Chromium, signed in. Any error of a script fails the test at the end."""
    async with served(cast.app) as port, async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
        context = await chromium.new_context(viewport={"width": 1400, "height": 900, **size})  # type: ignore[arg-type]
        signed = await cast.browser(slug, first)
        host = f"{slug}.localhost"
        cookies = [
            {"name": one.name, "value": one.value, "domain": host, "path": "/"} for one in signed.client.cookies.jar
        ]
        await context.add_cookies(cookies)  # type: ignore[arg-type]
        page = await context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(f"http://{host}:{port}{path}")
        yield page
        await chromium.close()
        assert not faults
