"""A form counts only from a page of this host, in this very session."""

from datetime import timedelta

import msgspec
import pytest

from app.access.pages import csrf_token
from app.core.work import unit
from tests.access import people
from tests.access.doors import at, cookie, read_token, sign_in
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
NAME = {"name": "Changed By Form"}
HERE = "http://harbor.localhost:8000"


async def name_of(cast):
    return (await people.row(cast, "harbor", "luis")).name


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": HERE}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://summit.localhost:8000"}, 403),
        ({"Origin": "http://harbor.localhost:8000.evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
async def test_where_a_form_may_come_from(cast, headers, status):
    browser = await cast.browser("harbor", "luis")
    assert (await browser.post("/account/profile", NAME, headers=headers)).status_code == status
    assert (await name_of(cast) == NAME["name"]) == (status == 303)


async def tokens(cast, browser):
    """Tokens that are good somewhere, or look so."""
    stranger = at(cast, "harbor")
    await read_token(stranger)
    other = await cast.browser("harbor", "maria")
    async with unit(tenant=cast.tenants["summit"]) as work:
        elsewhere = csrf_token(work, cookie(browser))
    return {
        "a stranger's": stranger.csrf,
        "another person's": other.csrf,
        "another tenant's": elsewhere,
        "none": "",
        "foreign letters": "é",
        "the session's id": cookie(browser),
    }


async def test_only_the_token_of_this_session_counts(cast):
    browser = await cast.browser("harbor", "luis")
    good = browser.csrf
    for whose, token in (await tokens(cast, browser)).items():
        browser.csrf = ""
        answer = await browser.post("/account/profile", {**NAME, "_csrf": token})
        assert answer.status_code == 403, whose
    assert await name_of(cast) != NAME["name"]
    assert (await browser.post("/account/profile", {**NAME, "_csrf": good})).status_code == 303
    assert await name_of(cast) == NAME["name"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"name=Changed+By+Form", "text/plain"),
        (b'{"name": "Changed By Form"}', "application/json"),
        (b"name=Changed+By+Form", "application/x-www-form-urlencoded"),
    ],
)
async def test_no_body_gets_round_the_token(cast, body, kind):
    browser = await cast.browser("harbor", "luis")
    answer = await browser.client.post("/account/profile", content=body, headers={"Content-Type": kind})
    assert answer.status_code == 403 and await name_of(cast) != NAME["name"]


async def test_a_method_cannot_be_smuggled_in(cast):
    browser = await cast.browser("harbor", "luis")
    for headers in ({"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "POST"}):
        answer = await browser.get("/account/profile?name=Changed+By+Form&_method=POST", headers=headers)
        assert answer.status_code in (404, 405)
    assert await name_of(cast) != NAME["name"]


async def test_signing_in_needs_a_token_too(cast):
    """Otherwise somebody could be signed in to an account of another's."""
    bare = at(cast, "harbor")
    form = {"email": "luis@example.com", "password": PASSWORD}
    assert (await bare.post("/login", form)).status_code == 403
    stranger = at(cast, "harbor")
    await read_token(stranger)
    await read_token(bare)
    bare.csrf = stranger.csrf
    assert (await bare.post("/login", form)).status_code == 403
    assert (await sign_in(at(cast, "harbor"), "luis@example.com")).status_code == 303


async def test_the_token_changes_with_the_session(cast):
    browser = at(cast, "harbor")
    await read_token(browser)
    before = browser.csrf
    await browser.post("/login", {"email": "luis@example.com", "password": PASSWORD})
    assert (await browser.post("/account/profile", NAME)).status_code == 403
    await read_token(browser, "/account")
    assert browser.csrf != before
    assert (await browser.post("/account/profile", NAME)).status_code == 303


async def test_cookies_of_a_neighbour_are_not_ours(cast, runtime):
    """A sibling host can plant a plain `session` for its parent; over https only the host-prefixed one is
    read.
    """
    browser = await cast.browser("harbor", "luis")
    assert (await browser.get("/account")).status_code == 200
    kept, runtime.settings = runtime.settings, msgspec.structs.replace(runtime.settings, secure=True)
    try:
        assert (await browser.get("/account")).status_code == 303
        browser.client.headers["Cookie"] = f"__Host-session={cookie(browser)}"
        browser.client.cookies.clear()
        assert (await browser.get("/account")).status_code == 200
    finally:
        runtime.settings = kept


@pytest.mark.parametrize("ending", ["signed out", "idle", "none at all"])
async def test_whoever_is_no_longer_signed_in_is_asked_to_sign_in(cast, ending):
    browser = await cast.browser("harbor", "luis")
    if ending == "signed out":
        await browser.post("/logout")
    elif ending == "idle":
        await people.age_sessions(cast, "harbor", last_seen=timedelta(hours=9))
    else:
        browser.client.cookies.clear()
    answer = await browser.post("/account/profile", NAME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    part = await browser.post("/account/profile", NAME, headers={"HX-Request": "true"})
    assert part.status_code == 401 and await name_of(cast) != NAME["name"]
