"""The external contract of lead intake, walked through by HTTP as a publisher's programmer would try it: every status,
code and header that is promised, and nothing that is not.
"""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from app.compliance import service as compliance
from app.core import clock, idempotency
from app.core.work import unit
from app.publishers import service
from app.publishers.models import Cap, ConsentRule, Terms
from tests.publishers.conftest import lead, open_desk

pytestmark = pytest.mark.anyio
POST = "/intake/v1/leads"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CODES = set(
    "missing invalid_format not_allowed too_long out_of_area duplicate cap_reached outside_schedule consent_missing"
    " consent_stale suppressed suspected_bot offer_paused".split()
)
STANDARD = set(
    "first_name last_name email phone address city state zip country source sub_id landing_page ip consent".split()
)
NEVER_OPEN = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ("00:00", "00:01"))


def whole(answer, status, word, codes=()):
    """The body that every readable post gets."""
    body = answer.json()
    assert answer.status_code == status and answer.headers["content-type"] == "application/json", answer.text
    assert {"id", "status", "reasons", "price"} <= set(body) and body["status"] == word, body
    assert (
        UUID(body["id"]) and set(body["price"]) == {"amount", "currency"} and isinstance(body["price"]["amount"], int)
    )
    assert all(set(reason) == {"field", "code", "message"} for reason in body["reasons"])
    assert {reason["code"] for reason in body["reasons"]} == set(codes), body
    assert (body["price"]["amount"] > 0) == (word == "accepted" and not body["test"])
    return body


def problem(answer, status, code=None):
    """RFC 9457."""
    body = answer.json()
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json", answer.text
    assert body["status"] == status and body["title"] and body["detail"]
    assert code is None or body["code"] == code, body
    return body


async def test_every_code_is_answered_as_promised(cast):
    seen: set[str] = set()
    held = Terms(states=("FL",), caps=(Cap("day", leads=2),), consent=ConsentRule(max_age_days=30), same_address=1)
    desk = await open_desk(cast, terms=held)
    old = {**lead()["consent"], "at": (clock.now() - timedelta(days=31)).isoformat()}
    rejected = [
        (lead(zip=None), "missing"),
        (lead(phone="12"), "invalid_format"),
        (lead(country="FR"), "not_allowed"),
        (lead(sub_id="x" * 256), "too_long"),
        (lead(state="GA", zip="30303"), "out_of_area"),
        (lead(consent=None), "consent_missing"),
        (lead(consent=old), "consent_stale"),
    ]
    for body, code in rejected:
        whole(await desk.post(body), 200, "rejected", {code})
        seen.add(code)
    first = whole(await desk.post(lead(101, ip="203.0.113.9")), 201, "accepted")
    again = whole(await desk.post(lead(101, sub_id="again")), 200, "duplicate", {"duplicate"})
    assert again["id"] != first["id"]
    whole(await desk.post(lead(102, ip="203.0.113.9")), 200, "rejected", {"suspected_bot"})
    async with unit(tenant=desk.tenant) as work:
        await compliance.put_on_list(work, "internal", phone="+17275550103")
    whole(await desk.post(lead(103)), 200, "rejected", {"suppressed"})
    whole(await desk.post(lead(104)), 201, "accepted")
    full = whole(await desk.post(lead(105)), 200, "rejected", {"cap_reached"})
    assert "12:00 am Eastern" in full["reasons"][0]["message"]
    closed = await open_desk(cast, name="Closed", terms=Terms(schedule=NEVER_OPEN))
    whole(await closed.post(lead(106)), 200, "rejected", {"outside_schedule"})
    paused = await open_desk(cast, name="Paused", state="paused")
    whole(await paused.post(lead(107)), 200, "rejected", {"offer_paused"})
    seen |= {"duplicate", "suspected_bot", "suppressed", "cap_reached", "outside_schedule", "offer_paused"}
    assert seen == CODES == set((await desk.get("/intake/v1/spec")).json()["codes"])


async def test_every_problem_is_answered_as_promised(cast, monkeypatch):
    desk = await open_desk(cast)
    anonymous = await desk.client.post(POST, json=lead())
    problem(anonymous, 401)
    problem(await desk.client.post(f"{POST}?key={desk.secret}", json=lead()), 401, "key_in_url")
    problem(await desk.post(b"{", headers={"Content-Type": "application/json"}), 400)
    problem(await desk.post(b"<lead/>", headers={"Content-Type": "text/xml"}), 415)
    problem(await desk.post(b"a=" + b"x" * 300_000, headers=FORM), 413)
    await desk.post(lead(101), key="k")
    problem(await desk.post(lead(102), key="k"), 422, "idempotency_mismatch")
    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    async with unit(tenant=desk.tenant) as first:
        key_id = await first.scalar(text("select id from publisher_keys"))
        await idempotency.first_answer(first, f"intake.leads:{key_id}", "twin", "x")
        twin = await desk.post(lead(103), key="twin")
        problem(twin, 409)
        assert int(twin.headers["Retry-After"]) >= 1
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, per_minute=10)
    answers = await asyncio.gather(*(desk.get("/intake/v1/spec") for _ in range(12)))
    slow = next(answer for answer in answers if answer.status_code == 429)
    problem(slow, 429, "too_many")
    assert int(slow.headers["Retry-After"]) >= 1
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, state="closed")
    problem(await desk.post(lead(104)), 403, "closed")


async def test_repeats_outcomes_tests_and_amounts_are_as_promised(cast):
    desk = await open_desk(cast)
    body = lead(101)
    first, again = await desk.post(body, key="k"), await desk.post(body, key="k")
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    other = lead(102)
    unkeyed, repeated = await desk.post(other), await desk.post(other)
    assert unkeyed.text == repeated.text and repeated.headers["Idempotency-Replayed"] == "true"
    made = whole(first, 201, "accepted")
    assert made["price"] == {"amount": 4500, "currency": "USD"}
    outcome = (await desk.get(f"{POST}/{made['id']}")).json()
    assert (outcome["id"], outcome["status"], outcome["price"]) == (made["id"], "accepted", made["price"])
    test = whole(await desk.post(lead(103, test=True)), 201, "accepted")
    assert test["test"] and test["price"]["amount"] == 0
    spec = (await desk.get("/intake/v1/spec?offer=debt")).json()
    assert {field["name"] for field in spec["fields"]} >= STANDARD
    assert all({"name", "type", "required"} <= set(field) for field in spec["fields"])
    kept = whole(await desk.post(lead(104, favourite_colour="blue")), 201, "accepted")
    assert [one["code"] for one in kept["warnings"]] == ["unknown_field"]
