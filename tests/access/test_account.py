"""One's own page: name, wishes, password, browsers; and the fresh proof that credentials want."""

from datetime import timedelta

import pytest

from tests.access import people
from tests.access.doors import at, code_now, cookie, sign_in
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio
FRESH = "four unrelated garden words"
WISHES = {"zone": "Europe/Berlin", "locale": "es_US", "mode": "dark", "density": "compact"}


async def test_name_and_wishes_are_kept_and_used(cast):
    browser = await cast.browser("harbor", "luis")
    assert (await browser.post("/account/profile", {"name": "  Luis   Ortega Díaz "})).status_code == 303
    saved = await browser.post("/account/preferences", WISHES)
    assert saved.status_code == 303 and "mode=dark" in saved.headers["set-cookie"]
    row = await people.row(cast, "harbor", "luis")
    assert row.name == "Luis Ortega Díaz"
    assert row.preferences == {**WISHES, "keys": False}
    page = (await browser.get("/account")).text
    assert 'data-theme="dark"' in page and 'data-density="compact"' in page and '<html lang="es"' in page
    fresh = await sign_in(at(cast, "harbor"), "luis@example.com")
    assert "mode=dark" in str(fresh.headers.get_list("set-cookie")), "another browser wears it from the first page on"


@pytest.mark.parametrize(
    ("url", "fields", "said"),
    [
        ("profile", {"name": " "}, "Enter a name."),
        ("profile", {"name": "x" * 101}, "Use at most 100 characters."),
        ("preferences", {**WISHES, "zone": "Mars/Olympus"}, "is no time zone"),
        ("preferences", {**WISHES, "mode": "neon"}, "Choose one of the list."),
        ("preferences", {**WISHES, "locale": "tlh"}, "Choose one of the languages."),
    ],
)
async def test_what_can_not_be_taken_is_said_and_nothing_is_kept(cast, url, fields, said):
    browser, before = await cast.browser("harbor", "luis"), await people.row(cast, "harbor", "luis")
    answer = await browser.post(f"/account/{url}", fields)
    after = await people.row(cast, "harbor", "luis")
    assert answer.status_code == 422 and said in answer.text
    assert (after.name, after.preferences) == (before.name, before.preferences)


async def test_columns_that_nobody_offers_are_not_written(cast):
    browser, before = await cast.browser("harbor", "luis"), await people.row(cast, "harbor", "luis")
    extra = {column.name: "1" for column in before.__table__.columns} | {"role": "admin", "tenant_id": "1"}
    await browser.post("/account/profile", {**extra, "name": "Luis"})
    await browser.post("/account/preferences", {**extra, **WISHES})
    after = await people.row(cast, "harbor", "luis")
    for column in before.__table__.columns:
        if column.name not in ("name", "preferences"):
            assert getattr(after, column.name) == getattr(before, column.name), column.name
    assert set(after.preferences) == {"zone", "locale", "mode", "density", "keys"} and after.name == "Luis"


GUARDED = [
    ("GET", "/account/password", {}),
    ("POST", "/account/password", {"password": FRESH}),
    ("GET", "/account/two-factor", {}),
    ("POST", "/account/two-factor", {"code": "1"}),
    ("POST", "/account/two-factor/off", {}),
    ("POST", "/account/recovery-codes", {}),
]


@pytest.mark.parametrize(("method", "url", "fields"), GUARDED)
async def test_credentials_want_a_proof_of_the_last_quarter_of_an_hour(cast, method, url, fields):
    browser = await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", confirmed_at=timedelta(minutes=16))
    answer = await (browser.get(url) if method == "GET" else browser.post(url, fields))
    assert answer.status_code == 303 and answer.headers["location"].startswith("/account/confirm?next=")
    assert (await sign_in(at(cast, "harbor"), "luis@example.com")).status_code == 303, "nothing has changed"
    wrong = await browser.post("/account/confirm", {"given": "a wrong pass phrase", "next": url})
    assert wrong.status_code == 422
    right = await browser.post("/account/confirm", {"given": PASSWORD, "next": "/account/password"})
    assert right.headers["location"] == "/account/password"
    assert (await browser.get("/account/password")).status_code == 200


async def test_proving_can_not_be_guessed_at(cast):
    browser = await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", confirmed_at=timedelta(minutes=16))
    statuses = [(await browser.post("/account/confirm", {"given": "x"})).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


async def test_who_has_no_password_proves_by_authenticator_or_mail(cast, runtime):
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    await people.change(cast, "harbor", "luis", password_hash=None)
    browser = await cast.browser("harbor", "luis")
    await people.age_sessions(cast, "harbor", confirmed_at=timedelta(minutes=16))
    assert "authenticator app" in (await browser.get("/account/confirm")).text
    assert (await browser.post("/account/confirm", {"given": code_now(secret)})).status_code == 303
    assert (await browser.get("/account/password")).status_code == 200
    await people.change(cast, "harbor", "maria", password_hash=None)
    by_mail = await cast.browser("harbor", "maria")
    assert "Send me a code" in (await by_mail.get("/account/confirm")).text
    assert (await by_mail.post("/account/confirm/mail", {})).status_code == 303


async def test_a_new_password_counts_at_once_and_other_browsers_are_out(cast):
    browser, other = await cast.browser("harbor", "luis"), await cast.browser("harbor", "luis")
    weak = await browser.post("/account/password", {"password": "luis@example.com"})
    assert weak.status_code == 422
    changed = await browser.post("/account/password", {"password": FRESH})
    assert (changed.status_code, changed.headers["location"]) == (303, "/account")
    assert (await browser.get("/account")).status_code == 200
    assert (await other.get("/account")).status_code == 303
    assert (await sign_in(at(cast, "harbor"), "luis@example.com")).status_code == 422
    assert (await sign_in(at(cast, "harbor"), "luis@example.com", FRESH)).status_code == 303


async def test_browsers_are_listed_and_signed_out_one_by_one_or_all_at_once(cast):
    browser, second, third = [await cast.browser("harbor", "luis") for _ in range(3)]
    maria = await cast.browser("harbor", "maria")
    page = (await browser.get("/account")).text
    assert page.count("/account/sessions/") == 3 and "This one" in page  # two to end, and all others
    rows = await people.sessions(cast, "harbor", "luis")
    assert (await maria.post(f"/account/sessions/{rows[1].id}/end")).status_code == 303
    assert (await second.get("/account")).status_code == 200, "not hers to end"
    await browser.post(f"/account/sessions/{rows[1].id}/end")
    assert [(await one.get("/account")).status_code for one in (browser, second, third)] == [200, 303, 200]
    await browser.post("/account/sessions/end-others")
    assert [(await one.get("/account")).status_code for one in (browser, third)] == [200, 303]
    assert (await maria.get("/account")).status_code == 200


async def test_whoever_is_signed_out_from_elsewhere_reads_so_at_the_door_and_comes_back(cast):
    here, there = await cast.browser("harbor", "luis"), at(cast, "harbor", "203.0.113.9")
    await sign_in(there, "luis@example.com")
    await here.post("/account/sessions/end-others")
    turned = await there.get("/agent/leads?view=hot")
    assert turned.headers["location"] == "/login?next=/agent/leads%3Fview%3Dhot"
    part = {"HX-Request": "true", "HX-Current-URL": "http://harbor.localhost:8000/agent/leads?view=hot"}
    refused = await there.get("/notices/bell", headers=part)
    assert (refused.status_code, refused.headers["hx-redirect"]) == (401, turned.headers["location"]), (
        "not to a part of it"
    )
    assert "You are signed out in this browser." in (await there.get(turned.headers["location"])).text
    entered = await sign_in(there, "luis@example.com", next="/agent/leads?view=hot")
    assert entered.headers["location"] == "/agent/leads?view=hot"
    assert "signed out in this browser" not in (await at(cast, "harbor").get("/login?next=/agent")).text


async def test_the_history_tells_of_comings_in_and_of_refusals(cast):
    await sign_in(at(cast, "harbor", "203.0.113.9"), "luis@example.com", "a wrong pass phrase")
    browser = at(cast, "harbor", "203.0.113.8", **{"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    await sign_in(browser, "luis@example.com")
    page = (await browser.get("/account")).text
    assert "Firefox on Linux" in page and "203.0.113.9" in page and "Refused" in page
    assert "203.0.113.9" in (await browser.get("/account/history")).text
    assert "203.0.113.9" not in (await (await cast.browser("harbor", "maria")).get("/account/history")).text


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_browsers_are_called_as_people_call_them(agent, said):
    from app.access.models.devices import device

    assert device(agent) == said


PASSWORDS = [
    ("correct horse battery staple", None),
    ("x" * 12, "too_common"),
    ("short", "too_short"),
    ("password1234", "too_common"),
    ("qwertyuiop12", "too_common"),
    ("iloveyou1234", "too_common"),
    ("harbor debt relief", "too_common"),
    ("luis@example.com", "too_common"),
    ("Tr7 !é ünusual", None),
    ("a" * 300, "too_long"),
    ("wonderful green elephants walking " * 3, None),
    (" four unrelated garden words ", None),
]


@pytest.mark.parametrize(("password", "code"), PASSWORDS)
def test_which_passwords_are_taken(password, code):
    from app.access.models.passwords import fault

    found = fault(password, ("luis@example.com", "Luis Ortega", "Harbor Debt Relief"))
    assert (found and found[0]) == code


def test_the_same_letters_from_another_keyboard_are_the_same_password():
    from app.access.service import hash_password, password_matches

    assert password_matches(hash_password("caf\u00e9 au lait, please"), "cafe\u0301 au lait, please")
    assert not password_matches(hash_password("cafe au lait, please"), "caf\u00e9 au lait, please")
    assert not password_matches(None, "nobody has this password")


async def test_a_session_on_the_way_in_is_no_session(cast):
    await people.give_totp(cast, "harbor", "luis")
    browser = at(cast, "harbor")
    await sign_in(browser, "luis@example.com")
    assert cookie(browser)
    for url in ("/account", "/account/password", "/account/two-factor", "/admin/people"):
        assert (await browser.get(url)).headers["location"].startswith("/login")
