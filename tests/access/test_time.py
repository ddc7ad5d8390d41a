"""Sessions, codes and links live in real time: no shift of business time makes them longer or shorter."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from app.access.service import links
from app.core import clock
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, code_now, follow, sign_in

pytestmark = pytest.mark.anyio


SHIFTS = pytest.mark.parametrize("by", [timedelta(days=400), timedelta(days=-400)], ids=["forward", "back"])


@contextmanager
def shifted(by):
    """Business time in another year, meanwhile."""
    clock.use_offset(by)
    try:
        yield
    finally:
        clock.use_offset(timedelta(0))


@SHIFTS
async def test_an_open_session_stays_open(cast, by):
    browser = await cast.browser("harbor", "luis")
    with shifted(by):
        assert (await browser.get("/account")).status_code == 200
        assert (await browser.get("/account/password")).status_code == 200
        await people.age_sessions(cast, "harbor", last_seen=timedelta(hours=9))
        assert (await browser.get("/account")).status_code == 303


@SHIFTS
async def test_codes_are_those_of_the_real_minute(cast, by):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = at(cast, "harbor")
    with shifted(by):
        await follow(browser, await sign_in(browser, "luis@example.com"))
        assert (await browser.post("/login/code", {"code": code_now(secret)})).status_code == 303


@SHIFTS
async def test_mailed_links_keep_their_real_life(cast, by):
    luis = await people.row(cast, "harbor", "luis")
    async with unit(tenant=cast.tenants["harbor"]) as work:
        url = f"/login/link/{links.link_text(work, await links.issue(work, 'link', person_id=luis.id))}"
    with shifted(by):
        assert (await at(cast, "harbor").get(url)).status_code == 200


@SHIFTS
async def test_throttling_waits_in_real_time(cast, by):
    with shifted(by):
        answers = [
            await sign_in(at(cast, "harbor", "203.0.113.5"), "luis@example.com", "a wrong pass phrase")
            for _ in range(11)
        ]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) <= 300
