"""How tests of access come to the door: browsers at chosen addresses, the form's own way in, mail that
arrived.
"""

import re
from typing import Any

import httpx
import pyotp

from app.core import clock
from tests.world import PASSWORD, Browser, Cast

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


def at(cast: Cast, slug: str, address: str = "127.0.0.1", **headers: str) -> Browser:
    """An anonymous visitor who comes from this address."""
    transport = httpx.ASGITransport(cast.app, raise_app_exceptions=False, client=(address, 4711))
    host = cast.tenants[slug].host
    return Browser(httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8000", headers=headers))


async def read_token(browser: Browser, url: str = "/login") -> httpx.Response:
    """Load a page and take up the form token that it carries."""
    answer = await browser.get(url)
    found = TOKEN.search(answer.text)
    browser.csrf = found[1] if found else ""
    return answer


async def sign_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """The external contract: load the page, send the form."""
    await read_token(browser)
    return await browser.post("/login", {"email": email, "password": password, **more})


async def follow(browser: Browser, answer: httpx.Response) -> httpx.Response:
    """Go where a redirection leads, and take up the token there."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:500])
    return await read_token(browser, answer.headers["location"])


def code_now(secret: str, steps: int = 0) -> str:
    """What an authenticator with this secret shows now, or some steps away from now."""
    return pyotp.TOTP(secret).at(int(clock.real_now().timestamp()) + 30 * steps)


def cookie(browser: Browser) -> str:
    return browser.client.cookies.get("session", "")


def plant(browser: Browser, value: str) -> None:
    """The browser holds this session cookie and no other."""
    browser.client.cookies.clear()
    browser.client.cookies.set("session", value, domain=browser.client.base_url.host)


def link_in(message: Any, path: str) -> str:
    """The address in a mail, without its origin."""
    found = re.search(rf"http://[^/\s]+({path}\S+)", message.body)
    assert found, message.body
    return found[1]


def code_in(message: Any) -> str:
    """The six digits that stand on a line of their own."""
    found = re.search(r"^(\d{6})\s*$", message.body, re.MULTILINE)
    assert found, message.body
    return found[1]
