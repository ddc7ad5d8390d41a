"""The demo's mailbox in a real browser: the button in a mail opens where it leads, and nothing else of a mail runs."""

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from playwright.async_api import async_playwright, expect

from app.core.ports.simulator.peer import Simulator
from app.demo.desk.pages import Desk
from tests.browser.screenshots import FLAGS
from tests.browser.serving import PROGRAM

pytestmark = [pytest.mark.anyio, pytest.mark.browser]
MAIL = """<p>Hello</p><p><a href="{there}" target="_blank">Sign in</a></p><script>document.title = "ran"</script>
<form action="/trickle" method="post"><button>Send</button></form>"""


async def test_the_button_of_a_mail_opens_a_window_of_its_own(runtime: Any, tmp_path: Any) -> None:
    simulator = Simulator(tmp_path / "desk.sqlite", secret="simulator-secret", pace=0)
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://localhost:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(Desk(simulator), lifespan="off", log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    raw = (
        "From: hello@harbor.example.com\r\nTo: dana@example.com\r\nSubject: Your link\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{MAIL.format(there=base + '/?q=arrived')}"
    )
    envelope = SimpleNamespace(
        original_content=raw.encode(), mail_from="hello@harbor.example.com", rcpt_tos=["dana@example.com"]
    )
    await simulator.mailroom.handle_DATA(None, None, envelope)
    try:
        async with async_playwright() as driver:
            chromium = await driver.chromium.launch(executable_path=PROGRAM, args=FLAGS)
            page = await chromium.new_page()
            await page.goto(f"{base}/?to=dana@example.com")
            await page.get_by_role("link", name="Your link").click()
            letter = page.frame_locator("iframe")
            async with page.context.expect_page() as opened:
                await letter.get_by_role("link", name="Sign in").click()
            there = await opened.value
            await expect(there).to_have_url(f"{base}/?q=arrived")
            await expect(page).to_have_title("Your link · Demo desk")
            await chromium.close()
    finally:
        server.should_exit = server.force_exit = True
        await serving
