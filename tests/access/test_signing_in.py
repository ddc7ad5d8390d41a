"""Coming in by password, and everything that must not lead in."""

import pytest
from sqlalchemy import select

from app.access.models import PersonRow, Session
from app.core.work import unit
from tests.access.doors import at, cookie, follow, read_token, sign_in
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio


async def test_the_plain_form_leads_home(cast):
    browser = at(cast, "harbor")
    page = await read_token(browser)
    assert page.status_code == 200 and "Harbor Debt Relief" in page.text
    answer = await browser.post("/login", {"email": " ADA@example.com ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    account = await browser.get("/account")
    assert account.status_code == 200 and "Ada Admin" in account.text
