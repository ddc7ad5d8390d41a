"""Guessing is stopped, and nobody can use the stopping to keep somebody else out."""

import asyncio

import pytest

from app.access.models import policy
from app.access.models.policy import Limit
from app.access.service import hashing, signin
from tests.access import people
from tests.access.doors import at, follow, read_token, sign_in

pytestmark = pytest.mark.anyio
WRONG = "a wrong pass phrase"
GUESSER, CLEAN = "203.0.113.50", "203.0.113.60"


async def guess(cast, times, address=GUESSER, email="luis@example.com", **headers):
    browser = at(cast, "harbor", address, **headers)
    await read_token(browser)
    return [(await browser.post("/login", {"email": email, "password": WRONG})) for _ in range(times)]


@pytest.mark.parametrize("email", ["luis@example.com", "nobody.here@example.com"])
async def test_ten_wrong_tries_then_waiting(cast, email):
    answers = await guess(cast, 12, email=email)
    assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["retry-after"]) <= 300
    assert "Too many tries. Try again in" in answers[-1].text


async def test_over_the_limit_even_the_right_password_waits_and_a_clean_address_does_not(cast):
    await guess(cast, 11)
    assert (await sign_in(at(cast, "harbor", GUESSER), "luis@example.com")).status_code == 429
    entered = await sign_in(at(cast, "harbor", CLEAN), "luis@example.com")
    assert (entered.status_code, entered.headers["location"]) == (303, "/agent")


async def test_forged_addresses_change_nothing(cast):
    for number in range(12):
        (answer,) = await guess(
            cast, 1, **{"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
        )
    assert answer.status_code == 429


async def test_trying_many_people_from_one_address_is_stopped_too(cast):
    answers = [(await guess(cast, 1, email=f"guess{number}@example.com"))[0] for number in range(32)]
    assert [answer.status_code for answer in answers].count(429) == 2
    assert (await sign_in(at(cast, "harbor", GUESSER), "maria@example.com")).status_code == 429
    assert (await sign_in(at(cast, "harbor", CLEAN), "maria@example.com")).status_code == 303


async def test_twenty_guesses_at_once_are_twenty(cast, monkeypatch):
    looked = []
    real = hashing.password_matches
    monkeypatch.setattr(hashing, "password_matches", lambda *args: looked.append(1) or real(*args))
    browser = at(cast, "harbor", GUESSER)
    await read_token(browser)
    answers = await asyncio.gather(
        *(browser.post("/login", {"email": "luis@example.com", "password": WRONG}) for _ in range(20))
    )
    assert sorted(answer.status_code for answer in answers) == [422] * 10 + [429] * 10
    assert len(looked) == 10


async def test_right_passwords_are_no_tries(cast):
    for _ in range(12):
        assert (await sign_in(at(cast, "harbor", GUESSER), "luis@example.com")).status_code == 303


async def test_the_count_is_kept_when_redis_is_gone(cast, runtime, monkeypatch):
    async def away(*_args, **_options):
        raise ConnectionError("away")

    monkeypatch.setattr(runtime.redis, "incr", away)
    answers = await guess(cast, 11)
    assert [answer.status_code for answer in answers][-2:] == [422, 429]


async def test_a_crowd_of_strangers_keeps_nobody_out_but_a_password_alone_no_longer_lets_in(cast, monkeypatch):
    """Guesses from many addresses: the owner enters from anywhere, with one more proof from a new place."""
    monkeypatch.setattr("app.access.service.throttle.PERSON", (Limit("person", 86_400, 5),))
    assert (await sign_in(at(cast, "harbor", "192.0.2.1"), "luis@example.com")).headers["location"] == "/agent"
    for number in range(6):
        await guess(cast, 1, f"203.0.113.{number}")
    fresh = at(cast, "harbor", CLEAN)
    entered = await sign_in(fresh, "luis@example.com")
    assert (entered.status_code, entered.headers["location"]) == (303, "/login/code")
    assert "six-digit code to luis@example.com" in (await follow(fresh, entered)).text
    assert (await fresh.get("/account")).status_code == 303
    known = await sign_in(at(cast, "harbor", "192.0.2.1"), "luis@example.com")
    assert known.headers["location"] == "/agent"
    assert (await sign_in(at(cast, "harbor", CLEAN), "maria@example.com")).headers["location"] == "/agent"


async def test_under_pressure_somebody_with_a_second_factor_comes_in_as_ever(cast, monkeypatch):
    from tests.access.doors import code_now

    monkeypatch.setattr("app.access.service.throttle.PERSON", (Limit("person", 86_400, 5),))
    secret, _ = await people.give_totp(cast, "harbor", "luis")
    for number in range(6):
        await guess(cast, 1, f"203.0.113.{number}")
    browser = at(cast, "harbor", CLEAN)
    await follow(browser, await sign_in(browser, "luis@example.com"))
    assert (await browser.post("/login/code", {"code": code_now(secret)})).headers["location"] == "/agent"


async def test_waiting_hashers_are_bounded(cast, monkeypatch):
    monkeypatch.setattr(hashing, "QUEUE", -1)
    refused = await sign_in(at(cast, "harbor"), "luis@example.com")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")


def test_limits_are_what_was_promised():
    assert policy.PAIR[0] == Limit("pair", 300, 10) and policy.EVERYWHERE.most == 1_000
    assert [(limit.seconds, limit.most) for limit in policy.CODES] == [(300, 5), (3_600, 20), (86_400, 50)]
    assert policy.MAILS[0].most == 5 and signin.CODES is policy.CODES
