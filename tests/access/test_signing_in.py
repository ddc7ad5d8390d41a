"""Coming in by password, and everything that must not lead in."""

import re
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.access.service import hashing
from tests.access import people
from tests.access.doors import at, cookie, plant, read_token, sign_in
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
WRONG = "a wrong pass phrase"


async def test_the_plain_form_leads_home(cast):
    browser = at(cast, "harbor")
    page = await read_token(browser)
    assert page.status_code == 200 and "Harbor Debt Relief" in page.text
    answer = await browser.post("/login", {"email": " ADA@example.com ", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
    account = await browser.get("/account")
    assert account.status_code == 200 and "Ada Admin" in account.text
    again = await browser.get("/login")
    assert (again.status_code, again.headers["location"]) == (303, "/admin")


@pytest.mark.parametrize(
    ("onward", "target"),
    [
        ("/agent/leads?q=1", "/agent/leads?q=1"),
        ("", "/agent"),
        ("https://evil.example", "/agent"),
        ("//evil.example", "/agent"),
        ("/\\evil.example", "/agent"),
        ("/\tevil.example", "/agent"),
        ("/\t/evil.example", "/agent"),
        ("javascript:1", "/agent"),
    ],
)
async def test_after_signing_in_only_paths_of_this_host_are_gone_to(cast, onward, target):
    answer = await sign_in(at(cast, "harbor"), "luis@example.com", next=onward)
    assert (answer.status_code, answer.headers["location"]) == (303, target)


@pytest.mark.parametrize(
    "values",
    [{"state": "deactivated"}, {"state": "invited"}, {"support": True}, {"password_hash": None}],
    ids=lambda values: next(iter(values)) + "-" + str(next(iter(values.values()))),
)
async def test_the_right_password_of_somebody_who_may_not_come_in_is_as_good_as_a_wrong_one(cast, values):
    right = await sign_in(at(cast, "harbor"), "luis@example.com")
    assert right.status_code == 303
    await people.change(cast, "harbor", "luis", **values)
    refused = await sign_in(at(cast, "harbor"), "luis@example.com")
    wrong = await sign_in(at(cast, "harbor"), "luis@example.com", WRONG)
    assert refused.status_code == wrong.status_code == 422
    assert _without_tokens(refused.text) == _without_tokens(wrong.text)


def _without_tokens(page: str) -> str:
    return re.sub(r"[0-9a-f]{40}|\d{4}-\d\d-\d\dT[\d:]+Z", "…", page)  # nor the moment that it was made


async def test_a_tenant_knows_only_its_own_people(cast):
    await people.change(cast, "summit", "luis", email="luis.of.summit@example.com")
    assert (await sign_in(at(cast, "summit"), "luis.of.summit@example.com")).status_code == 303
    assert (await sign_in(at(cast, "harbor"), "luis.of.summit@example.com")).status_code == 422


async def test_known_and_unknown_addresses_cost_and_look_the_same(cast, monkeypatch):
    """Same statements, one hash, same bytes: structure, which timing follows."""
    hashed, statements = [], []
    real = hashing.password_matches
    monkeypatch.setattr(hashing, "password_matches", lambda stored, given: hashed.append(given) or real(stored, given))

    def listener(_connection, _cursor, statement, *_rest):
        statements.append(re.sub(r"'[^']*'|\$\d+|%\(\w+\)s", "?", statement))

    seen = {}
    for who in ("luis@example.com", "nobody.here@example.com"):
        browser = at(cast, "harbor", "198.51.100.7" if who.startswith("luis") else "198.51.100.8")
        await read_token(browser)
        hashed.clear()
        statements.clear()
        event.listen(Engine, "before_cursor_execute", listener)
        try:
            answer = await browser.post("/login", {"email": who, "password": WRONG})
        finally:
            event.remove(Engine, "before_cursor_execute", listener)
        page = _without_tokens(answer.text).replace(who, "WHO")
        seen[who] = (answer.status_code, page, len(hashed), list(statements), sorted(answer.headers))
    known, unknown = seen.values()
    assert known[0] == unknown[0] == 422 and known[2] == unknown[2] == 1
    assert known[1] == unknown[1] and known[4] == unknown[4]
    assert known[3] == unknown[3]


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [("", PASSWORD, "Enter your e-mail."), ("a@b.c", "", "Enter your password.")],
)
async def test_what_is_missing_is_said_and_what_was_typed_is_kept(cast, email, password, said):
    answer = await sign_in(at(cast, "harbor"), email, password)
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{email}"' in answer.text


async def test_a_password_is_taken_exactly_as_typed(cast):
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", f" {PASSWORD}")).status_code == 422
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", "é" * 3000)).status_code == 422
    assert (await sign_in(at(cast, "harbor"), "luis@example.com")).status_code == 303


async def test_each_step_gives_a_new_id_and_unknown_ids_open_nothing(cast):
    browser = at(cast, "harbor")
    plant(browser, "planted-by-somebody-else")
    await read_token(browser)
    anonymous = cookie(browser)
    assert anonymous.startswith("anon.")
    await browser.post("/login", {"email": "luis@example.com", "password": PASSWORD})
    inside = cookie(browser)
    assert inside not in ("planted-by-somebody-else", anonymous)
    for id_, status in (
        (inside, 200),
        (anonymous, 303),
        ("planted-by-somebody-else", 303),
        (inside[:-1], 303),
    ):
        other = at(cast, "harbor")
        plant(other, id_)
        assert (await other.get("/account")).status_code == status


async def test_a_forged_anonymous_id_is_not_taken_up(cast):
    browser = at(cast, "harbor")
    await read_token(browser)
    genuine, good = cookie(browser), browser.csrf
    for forged in (f"{genuine[:-4]}0000", "anon.made-up", "anon.made.up"):
        plant(browser, forged)
        assert (await browser.post("/login", {"email": "luis@example.com", "password": PASSWORD})).status_code == 403
        await read_token(browser)
        assert cookie(browser) not in (forged, genuine) and browser.csrf != good
        browser.csrf = good
    plant(browser, genuine)
    await read_token(browser)
    assert (cookie(browser), browser.csrf) == (genuine, good), "a genuine one is kept"
    assert (await browser.post("/login", {"email": "luis@example.com", "password": PASSWORD})).status_code == 303


async def test_signing_out_ends_the_session_and_not_only_the_cookie(cast):
    browser = await cast.browser("harbor", "luis")
    inside = cookie(browser)
    assert (await browser.get("/account")).status_code == 200
    assert (await browser.post("/logout")).headers["location"] == "/login"
    plant(browser, inside)
    assert (await browser.get("/account")).status_code == 303


async def test_signing_in_again_ends_the_session_of_before(cast):
    browser = at(cast, "harbor")
    await sign_in(browser, "luis@example.com")
    first = cookie(browser)
    answer = await read_token(browser, "/account")
    assert answer.status_code == 200
    await browser.post("/login", {"email": "maria@example.com", "password": PASSWORD})
    other = at(cast, "harbor")
    plant(other, first)
    assert (await other.get("/account")).status_code == 303


@pytest.mark.parametrize(
    ("moved", "status"),
    [
        ({"last_seen": timedelta(hours=7)}, 200),
        ({"last_seen": timedelta(hours=9)}, 303),
        ({"expires_at": timedelta(days=13)}, 200),
        ({"expires_at": timedelta(days=15)}, 303),
    ],
)
async def test_sessions_end_by_rest_and_by_age(cast, moved, status):
    browser = await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", **moved)
    assert (await browser.get("/account")).status_code == status


async def test_being_seen_is_written_at_most_once_a_minute(cast):
    browser = await cast.browser("harbor", "luis")
    (fresh,) = await people.sessions(cast, "harbor", "luis")
    await browser.get("/account")
    assert (await people.sessions(cast, "harbor", "luis"))[0].last_seen == fresh.last_seen
    await people.age_sessions(cast, "harbor", last_seen=timedelta(minutes=2))
    await browser.get("/account")
    assert (await people.sessions(cast, "harbor", "luis"))[0].last_seen > fresh.last_seen - timedelta(minutes=1)


async def test_the_cookie_belongs_to_this_host_alone(cast, runtime):
    answer = await sign_in(at(cast, "harbor"), "luis@example.com")
    plain = answer.headers["set-cookie"]
    assert plain.startswith("session=") and "HttpOnly" in plain and "SameSite=lax" in plain
    assert "domain" not in plain.lower() and "secure" not in plain.lower()
    kept, runtime.settings = runtime.settings, msgspec.structs.replace(runtime.settings, secure=True)
    try:
        page = await at(cast, "harbor").get("/login")
    finally:
        runtime.settings = kept
    secure = page.headers["set-cookie"]
    assert secure.startswith("__Host-session=") and "Secure" in secure and "Path=/" in secure
    assert "domain" not in secure.lower()
