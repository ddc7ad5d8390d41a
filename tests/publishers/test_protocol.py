"""The contract around a post: keys, problem documents, limits, repeats, outcomes, the spec."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from app.core import agenda, clock, idempotency, limits
from app.core.work import unit
from app.leads.models import Lead
from app.publishers import service
from app.publishers.models import Cap, ConsentRule, PublisherKey, Submission, Terms
from app.publishers.models.answers import CODES
from tests.drive import drain
from tests.publishers.conftest import lead, open_desk

pytestmark = pytest.mark.anyio
POST = "/intake/v1/leads"


async def count(tenant, model=Lead) -> int:
    async with unit(tenant=tenant) as work:
        return await work.scalar(select(func.count()).select_from(model))


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status and answer.json()["detail"]
    return answer.json()


# --- who may post


async def test_without_a_good_key_nothing_happens(desk):
    bad = {
        "none": {},
        "unknown": {"Authorization": "Bearer pub_" + "x" * 43},
        "another scheme": {"Authorization": f"Basic {desk.secret}"},
        "another prefix": {"Authorization": "Bearer sk_" + desk.secret[4:]},
        "overlong": {"Authorization": "Bearer pub_" + "x" * 5_000},
    }
    for headers in bad.values():
        problem(await desk.client.post(POST, json=lead(), headers=headers), 401)
    assert await count(desk.tenant) == 0
    assert (await desk.post(lead())).status_code == 201


async def test_a_key_of_one_tenant_is_unknown_at_another(cast, desk):
    other = await open_desk(cast, "summit")
    headers = {"Authorization": f"Bearer {desk.secret}"}
    theirs = problem(await other.client.post(POST, json=lead(), headers=headers), 401)
    unknown = problem(
        await other.client.post(POST, json=lead(), headers={"Authorization": "Bearer pub_" + "y" * 43}), 401
    )
    assert theirs == unknown
    assert (await other.post(lead())).status_code == 201


async def test_a_revoked_key_ends_with_the_next_request(desk):
    assert (await desk.post(lead())).status_code == 201
    async with unit(tenant=desk.tenant) as work:
        key = (await work.scalars(select(PublisherKey))).one()
        await service.revoke_key(work, desk.publisher_id, key.id)
    problem(await desk.post(lead(143)), 401)


async def test_a_key_in_the_address_is_refused_even_beside_a_good_header(desk):
    headers = {"Authorization": f"Bearer {desk.secret}"}
    told = problem(await desk.client.post(f"{POST}?api_key={desk.secret}", json=lead(), headers=headers), 401)
    assert told["code"] == "key_in_url"
    assert await count(desk.tenant) == 0


async def test_a_closed_account_is_403(desk):
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, state="closed")
    problem(await desk.post(lead()), 403)


async def test_two_keys_are_live_at_once_and_never_three(desk):
    async with unit(tenant=desk.tenant) as work:
        _, second = await service.make_key(work, desk.publisher_id)
    headers = {"Authorization": f"Bearer {second}"}
    assert (await desk.client.post(POST, json=lead(), headers=headers)).status_code == 201
    assert (await desk.post(lead(143))).status_code == 201
    with pytest.raises(service.keys.Conflict):
        async with unit(tenant=desk.tenant) as work:
            await service.make_key(work, desk.publisher_id)


async def test_keys_are_stored_hashed_and_their_use_is_noted(desk):
    await desk.post(lead())
    async with unit(tenant=desk.tenant) as work:
        key = (await work.scalars(select(PublisherKey))).one()
        row = (await work.execute(text("select k::text from publisher_keys k"))).scalar_one()
    assert desk.secret not in row and key.start == desk.secret[:8] and key.last_used_at is not None


# --- what cannot be read


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b"a=%ff", "application/x-www-form-urlencoded", 400),
        (b"<lead/>", "application/xml", 415),
        (b"{}", "", 415),
        (b'{"a": "' + b"x" * 262_144 + b'"}', "application/json", 413),
    ],
)
async def test_unreadable_requests_are_problems_and_keep_nothing(desk, content, kind, status):
    problem(await desk.post(content, headers={"Content-Type": kind}), status)
    assert await count(desk.tenant, Submission) == 0


async def test_a_body_just_under_the_limit_is_read(desk):
    answer = await desk.post(lead(note="x" * 250_000))
    assert answer.status_code == 201 and answer.json()["warnings"]


async def test_other_methods_and_paths(desk):
    problem(await desk.client.put(POST, json={}), 405)
    problem(await desk.client.get("/intake/v1/nothing"), 404)


# --- limits


async def test_a_publisher_that_is_too_quick_is_told_when_to_come_back(cast):
    desk = await open_desk(cast)
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, per_minute=60)
    answers = await asyncio.gather(*(desk.get("/intake/v1/spec") for _ in range(20)))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) in (6, 7) and statuses.count(429) == 20 - statuses.count(200)
    told = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(told.headers["Retry-After"]) <= 2 and problem(told, 429)["code"] == "too_many"


async def test_the_limit_is_each_publishers_own(cast):
    slow, other = await open_desk(cast), await open_desk(cast, name="Other")
    async with unit(tenant=slow.tenant) as work:
        await service.change_publisher(work, slow.publisher_id, per_minute=10)
    for _ in range(8):
        last = await slow.get("/intake/v1/spec")
    assert last.status_code == 429
    assert (await other.get("/intake/v1/spec")).status_code == 200


async def test_intake_stays_limited_and_open_without_redis(desk, runtime, monkeypatch):
    async def gone(*_):
        raise ConnectionError

    monkeypatch.setattr(limits, "_from_redis", gone)
    monkeypatch.setattr(runtime, "redis_away_until", 0.0)
    assert (await desk.post(lead())).status_code == 201
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, per_minute=10)
    statuses = [(await desk.get("/intake/v1/spec")).status_code for _ in range(30)]
    assert 429 in statuses


# --- repeats


async def test_the_same_key_gets_the_first_answer_again(desk):
    body = lead()
    first, again = await desk.post(body, key="k1"), await desk.post(body, key="k1")
    assert (again.status_code, again.text) == (201, first.text)
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert await count(desk.tenant) == 1


async def test_the_same_key_with_another_body_is_a_mismatch(desk):
    body = lead()
    await desk.post(body, key="k1")
    told = problem(await desk.post(lead(143), key="k1"), 422)
    assert told["code"] == "idempotency_mismatch"
    reordered = dict(reversed(body.items()))
    assert (await desk.post(reordered, key="k1")).headers["Idempotency-Replayed"] == "true"
    assert await count(desk.tenant) == 1


async def test_the_same_payload_is_a_repeat_for_a_minute_and_then_a_duplicate(desk):
    body = lead()
    first = await desk.post(body)
    again = await desk.post(body)
    assert again.text == first.text and again.headers["Idempotency-Replayed"] == "true"
    async with unit(tenant=desk.tenant) as work:
        left = await work.scalar(
            text("select max(expires_at) - :now from spine.idempotency"), {"now": clock.real_now()}
        )
        assert timedelta(seconds=50) < left <= timedelta(seconds=60)
        await work.execute(text("update spine.idempotency set expires_at = expires_at - interval '61 seconds'"))
    later = await desk.post(body)
    assert later.json()["status"] == "duplicate" and "Idempotency-Replayed" not in later.headers


async def test_another_key_for_the_same_person_is_a_duplicate_at_once(desk):
    body = lead()
    await desk.post(body, key="k1")
    assert (await desk.post(body, key="k2")).json()["status"] == "duplicate"


async def test_keys_are_kept_for_a_day(desk):
    await desk.post(lead(), key="k1")
    async with unit(tenant=desk.tenant) as work:
        left = await work.scalar(
            text("select max(expires_at) - :now from spine.idempotency"), {"now": clock.real_now()}
        )
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)


async def test_a_rejection_is_repeated_word_for_word_too(desk):
    body = lead(zip=None)
    first, again = await desk.post(body), await desk.post(body)
    assert first.status_code == 200 and again.text == first.text and "Idempotency-Replayed" in again.headers
    assert await count(desk.tenant, Submission) == 1


async def test_one_publishers_key_says_nothing_to_another(cast, desk):
    other = await open_desk(cast, name="Other")
    await desk.post(lead(), key="k1")
    assert "Idempotency-Replayed" not in (await other.post(lead(143), key="k1")).headers


async def test_a_twin_that_waits_too_long_is_told_to_come_again(desk, monkeypatch):
    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    body = lead()
    async with unit(tenant=desk.tenant) as first:
        async with unit(tenant=desk.tenant) as work:
            scope = f"intake.leads:{(await work.scalars(select(PublisherKey.id))).one()}"
        await idempotency.first_answer(first, scope, "k1", "x")
        told = await desk.post(body, key="k1")
        assert told.headers["Retry-After"] == "1"
        problem(told, 409)
    assert (await desk.post(body, key="k1")).status_code == 201


# --- outcomes


async def test_an_outcome_can_be_asked_for_by_the_id_of_the_answer(desk):
    accepted = (await desk.post(lead(ref="A-1"))).json()
    refused = (await desk.post(lead(143, zip=None))).json()
    one = (await desk.get(f"{POST}/{accepted['id']}")).json()
    two = (await desk.get(f"{POST}/{refused['id']}")).json()
    assert (one["status"], one["price"]["amount"], one["ref"]) == ("accepted", 4500, "A-1")
    assert (two["status"], two["reasons"]) == ("rejected", refused["reasons"])


async def test_nobody_elses_outcome_can_be_read(cast, desk):
    other = await open_desk(cast, name="Other")
    mine = (await desk.post(lead())).json()["id"]
    theirs = problem(await other.get(f"{POST}/{mine}"), 404)
    assert theirs == problem(await other.get(f"{POST}/{uuid4()}"), 404) == problem(await other.get(f"{POST}/x"), 404)
    assert (await desk.get(f"{POST}/{mine}")).status_code == 200


async def test_after_thirty_days_the_request_is_gone_and_the_outcome_stays(desk, runtime):
    answer = (await desk.post(lead())).json()
    kept = await after(desk.tenant, runtime, days=29)
    assert None not in (kept.request, kept.answer, kept.phone)
    kept = await after(desk.tenant, runtime, days=31)
    assert (kept.request, kept.answer, kept.phone, kept.email) == (None, None, None, None)
    assert (await desk.get(f"{POST}/{answer['id']}")).json()["status"] == "accepted"


async def after(tenant, runtime, days) -> Submission:
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "publishers.forget")
    assert set(await drain(runtime, tenant, until=clock.now() + timedelta(days=days))) == {"done"}
    async with unit(tenant=tenant) as work:
        return (await work.scalars(select(Submission))).one()


# --- the spec


async def test_the_spec_tells_what_validates(cast):
    terms = Terms(states=("FL", "GA"), caps=(Cap("day", leads=5),), consent=ConsentRule(certificate=True))
    desk = await open_desk(cast, terms=terms, spec=({"name": "email", "required": True},))
    spec = (await desk.get("/intake/v1/spec?offer=debt")).json()
    fields = {field["name"]: field for field in spec["fields"]}
    person = "first_name last_name email phone address city state zip country"
    about = "source sub_id landing_page ip consent"
    assert {*person.split(), *about.split()} <= set(fields)
    assert fields["email"]["required"] and not fields["last_name"]["required"]
    assert fields["state"]["options"] == ["FL", "GA"]
    assert [part["name"] for part in fields["consent"]["fields"]] == ["text", "at", "url", "certificate_id"]
    assert spec["caps"] == [{"per": "day", "leads": 5, "amount": None}] and set(spec["codes"]) == set(CODES)
    example = {name: field["example"] for name, field in fields.items() if field["required"]}
    answer = await desk.post(example | {"zip": "33602", "state": "FL"})
    assert answer.status_code == 201, answer.text


async def test_a_key_with_several_offers_must_name_one(cast, desk):
    async with unit(tenant=desk.tenant) as work:
        await service.create_offer(
            work, desk.publisher_id, service.OfferDraft(name="Tax", slug="tax", price_amount=2_000)
        )
    unnamed = await desk.post(lead())
    assert [reason["code"] for reason in unnamed.json()["reasons"]] == ["missing"]
    problem(await desk.get("/intake/v1/spec"), 422)
    assert (await desk.post(lead(offer="tax"))).json()["price"]["amount"] == 2000


async def test_every_code_is_explained_in_the_spec(desk):
    assert set(CODES) == set(
        "missing invalid_format not_allowed too_long out_of_area duplicate cap_reached outside_schedule"
        " consent_missing consent_stale suppressed suspected_bot offer_paused".split()
    )
