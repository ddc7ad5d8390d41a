"""Authenticator and recovery codes: setting up, coming in, guessing, replaying, losing the phone."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.models import RecoveryCode
from app.access.models.codes import (
    matching_step,
    new_recovery_codes,
    only_digits,
    plain_recovery_code,
    secret_from,
)
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, code_now, cookie, follow, plant, read_token, sign_in
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@given(st.integers(0, 4_000_000_000), st.integers(-4, 4))
def test_a_code_fits_one_step_either_way_and_never_twice(moment, off):
    now = datetime.fromtimestamp(moment + 300, tz=UTC)
    step = int(now.timestamp()) // 30 + off
    code = pyotp.TOTP(SECRET).at(step * 30)
    found = matching_step(SECRET, code, now, 0)
    if abs(off) <= 1:
        assert found is not None and pyotp.TOTP(SECRET).at(found * 30) == code
        again = matching_step(SECRET, code, now, found)
        assert again is None or again > found
    elif found is not None:  # one chance in a million: another step shows the same digits
        assert pyotp.TOTP(SECRET).at(found * 30) == code and found != step


@given(st.text(max_size=20))
def test_what_is_no_code_fits_nothing_and_breaks_nothing(typed):
    found = matching_step(SECRET, typed, datetime(2026, 5, 3, tzinfo=UTC), 0)
    assert found is None or re.fullmatch(r"\d{6}", typed)


def test_codes_are_read_as_people_type_them():
    codes = new_recovery_codes()
    assert len(set(codes)) == 10 and all(re.fullmatch(r"[a-z0-9]{5}-[a-z0-9]{5}", code) for code in codes)
    assert plain_recovery_code(f" {codes[0].upper().replace('-', ' ')} ") == codes[0].replace("-", "")
    assert only_digits(" 123 4-56") == "123456"
    assert len(secret_from("ab" * 20)) == 32


async def at_the_code(cast, first="luis", address="127.0.0.1"):
    browser = at(cast, "harbor", address)
    answer = await sign_in(browser, f"{first}@example.com")
    assert answer.headers["location"] == "/login/code"
    await follow(browser, answer)
    return browser


async def test_after_the_password_the_code_is_asked_and_then_the_way_is_open(cast):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = at(cast, "harbor")
    answer = await sign_in(browser, "luis@example.com", next="/agent/board")
    assert answer.headers["location"] == "/login/code?next=%2Fagent%2Fboard"
    await follow(browser, answer)
    pending = cookie(browser)
    for url in ("/account", "/account/password"):
        assert (await browser.get(url)).headers["location"].startswith("/login")
    entered = await browser.post("/login/code", {"code": code_now(secret), "next": "/agent/board"})
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent/board")
    assert cookie(browser) != pending
    assert (await browser.get("/account")).status_code == 200
    plant(browser, pending)
    assert (await browser.get("/account")).status_code == 303


@pytest.mark.parametrize(("steps", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
async def test_a_clock_may_be_half_a_minute_wrong(cast, steps, status):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = await at_the_code(cast)
    assert (await browser.post("/login/code", {"code": code_now(secret, steps)})).status_code == status


async def test_one_code_in_twenty_hands_opens_once(cast, monkeypatch):
    monkeypatch.setattr("app.access.service.signin.CODES", ())
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browsers = [await at_the_code(cast) for _ in range(20)]
    code = code_now(secret)
    answers = await asyncio.gather(*(browser.post("/login/code", {"code": code}) for browser in browsers))
    assert sorted(answer.status_code for answer in answers) == [303] + [422] * 19


async def test_a_code_that_was_used_is_refused_later_too(cast):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    code = code_now(secret)
    assert (await (await at_the_code(cast)).post("/login/code", {"code": code})).status_code == 303
    assert (await (await at_the_code(cast)).post("/login/code", {"code": code})).status_code == 422
    later = code_now(secret, 1)
    assert (await (await at_the_code(cast)).post("/login/code", {"code": later})).status_code == 303


async def test_guessing_codes_is_stopped_for_strangers_and_not_for_the_owner(cast):
    """Whoever knows the password could otherwise lock the owner out by guessing."""
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    home = await at_the_code(cast, address="192.0.2.1")
    assert (await home.post("/login/code", {"code": code_now(secret, -1)})).status_code == 303
    statuses = []
    for number in range(3):
        thief = await at_the_code(cast, address=f"203.0.113.{number}")
        statuses += [(await thief.post("/login/code", {"code": f"00000{n}"})).status_code for n in range(2)]
    assert statuses == [422] * 5 + [429]
    assert (await thief.post("/login/code", {"code": code_now(secret)})).status_code == 429
    owner = await at_the_code(cast, address="192.0.2.1")
    assert (await owner.post("/login/code", {"code": code_now(secret)})).status_code == 303


async def test_each_recovery_code_works_once(cast):
    _, codes = await people.give_totp(cast, "harbor", "luis")
    first = await at_the_code(cast)
    page = await first.get("/login/code?with=recovery")
    assert "ten codes" in page.text
    assert (await first.post("/login/code", {"code": codes[3].upper(), "kind": "recovery"})).status_code == 303
    again = await at_the_code(cast)
    assert (await again.post("/login/code", {"code": codes[3], "kind": "recovery"})).status_code == 422
    assert (await again.post("/login/code", {"code": codes[4], "kind": "recovery"})).status_code == 303
    async with unit(tenant=cast.tenants["harbor"]) as work:
        from sqlalchemy import select

        rows = list(await work.scalars(select(RecoveryCode)))
    assert sum(row.used_at is not None for row in rows) == 2
    assert not any(code.replace("-", "").encode() in row.code_hash for row in rows for code in codes)


async def test_a_code_of_somebody_else_opens_nothing(cast):
    _, codes = await people.give_totp(cast, "harbor", "luis")
    secret, _ = await people.give_totp(cast, "harbor", "maria")
    browser = await at_the_code(cast, "maria")
    assert (await browser.post("/login/code", {"code": codes[0]})).status_code == 422
    assert (await browser.post("/login/code", {"code": code_now(secret)})).status_code == 303


async def test_the_way_to_the_code_closes_after_ten_minutes(cast):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = await at_the_code(cast)
    await people.age_sessions(cast, "harbor", expires_at=timedelta(minutes=11))
    refused = await browser.post("/login/code", {"code": code_now(secret)})
    assert (refused.status_code, refused.headers["location"]) == (303, "/login")
    assert (await browser.get("/account")).status_code == 303
    fresh = await at_the_code(cast)
    assert (await fresh.post("/login/code", {"code": code_now(secret)})).status_code == 303


async def test_pressing_twice_does_no_harm(cast):
    """The second press still holds the session of before, which the first has ended."""
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = await at_the_code(cast)
    late = at(cast, "harbor")
    plant(late, cookie(browser))
    late.csrf = browser.csrf
    assert (await browser.post("/login/code", {"code": code_now(secret)})).headers["location"] == "/agent"
    for one in (late, browser):
        answer = await one.post("/login/code", {"code": code_now(secret)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await browser.get("/login")).headers["location"] == "/agent"
    assert (await browser.get("/login?next=/login/code")).headers["location"] == "/agent"


async def test_the_code_form_needs_its_token(cast):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    browser = await at_the_code(cast)
    good, browser.csrf = browser.csrf, "wrong"
    assert (await browser.post("/login/code", {"code": code_now(secret)})).status_code == 403
    browser.csrf = good
    assert (await browser.post("/login/code", {"code": code_now(secret)})).status_code == 303


async def test_a_role_may_demand_it_and_then_it_is_set_up_on_the_way_in(cast):
    await people.demand_totp(cast, "harbor", "agent")
    browser = at(cast, "harbor")
    answer = await sign_in(browser, "luis@example.com", next="/agent/board")
    assert answer.headers["location"] == "/login/enrol?next=%2Fagent%2Fboard"
    page = await follow(browser, answer)
    assert 'src="data:image/svg+xml' in page.text and "style=" not in page.text
    assert (await browser.get("/account")).status_code == 303
    letters = re.search(r'select-all break-all mt-2">([A-Z2-7 ]+)<', page.text)
    assert letters
    secret = letters[1].replace(" ", "")
    assert (await browser.post("/login/enrol", {"code": "000000"})).status_code == 422
    before = cookie(browser)
    codes = await browser.post("/login/enrol", {"code": code_now(secret), "next": "/agent/board"})
    shown = re.findall(r"<li[^>]*>([a-z0-9]{5}-[a-z0-9]{5})</li>", codes.text)
    assert codes.status_code == 200 and len(set(shown)) == 10 and 'href="/agent/board"' in codes.text
    assert cookie(browser) != before and (await browser.get("/account")).status_code == 200
    await read_token(browser, "/account")
    file = await browser.post("/account/recovery-codes.txt", {"codes": shown})
    assert file.headers["content-disposition"].startswith("attachment") and all(code in file.text for code in shown)
    assert (await sign_in(at(cast, "harbor"), "ada@example.com")).headers["location"] == "/admin"


async def test_the_secret_is_sealed_to_its_row(cast, runtime):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    luis, maria = await people.row(cast, "harbor", "luis"), await people.row(cast, "harbor", "maria")
    assert secret.encode() not in (luis.totp_secret or b"")
    box = await runtime.box(cast.tenants["harbor"])
    assert box.open(luis.totp_secret, table="people", column="totp_secret", row=luis.id) == secret
    with pytest.raises(ValueError, match="another place"):
        box.open(luis.totp_secret, table="people", column="totp_secret", row=maria.id)


async def own_setup(browser):
    page = await read_token(browser, "/account/two-factor")
    letters = re.search(r'select-all break-all mt-2">([A-Z2-7 ]+)<', page.text)
    assert letters, page.text[-500:]
    return letters[1].replace(" ", "")


async def test_turning_it_on_and_off_by_oneself(cast):
    browser, other = await cast.browser("harbor", "luis"), await cast.browser("harbor", "luis")
    secret = await own_setup(browser)
    assert (await browser.post("/account/two-factor", {"code": "123"})).status_code == 422
    on = await browser.post("/account/two-factor", {"code": code_now(secret)})
    assert on.status_code == 200 and "Keep them" in on.text
    assert (await other.get("/account")).status_code == 303, "other browsers are signed out"
    assert (await people.row(cast, "harbor", "luis")).totp_confirmed_at is not None
    fresh = await browser.post("/account/recovery-codes")
    assert fresh.status_code == 200 and fresh.text != on.text
    off = await browser.post("/account/two-factor/off")
    assert off.status_code == 303 and (await people.row(cast, "harbor", "luis")).totp_secret is None
    assert (await sign_in(at(cast, "harbor"), "luis@example.com")).headers["location"] == "/agent"


async def test_what_the_role_demands_cannot_be_turned_off(cast):
    browser = await cast.browser("harbor", "luis")
    secret = await own_setup(browser)
    await browser.post("/account/two-factor", {"code": code_now(secret)})
    await people.demand_totp(cast, "harbor", "agent")
    assert (await browser.post("/account/two-factor/off")).status_code == 409
    assert (await people.row(cast, "harbor", "luis")).totp_confirmed_at is not None


async def test_an_administrator_resets_a_lost_one(cast):
    await people.give_totp(cast, "harbor", "luis")
    luis = await people.row(cast, "harbor", "luis")
    admin, agent = await cast.browser("harbor", "ada"), await cast.browser("harbor", "maria")
    url = f"/admin/people/{luis.id}/second-factor/reset"
    assert (await agent.post(url)).status_code == 404
    assert (await admin.post(url)).status_code == 303
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", PASSWORD)).headers["location"] == "/agent"
