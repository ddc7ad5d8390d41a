"""Intake as a publisher's program meets it: what each post is answered, and what is kept of it."""

import asyncio
from datetime import timedelta
from urllib.parse import urlencode

import msgspec
import pytest
from sqlalchemy import func, select, text

from app.compliance import service as compliance
from app.contacts.models import Consent, Contact
from app.core import clock
from app.core.work import unit
from app.leads.models import Lead
from app.publishers import service
from app.publishers.models import Cap, ConsentRule, Duplicates, Submission, Terms
from tests.publishers.conftest import SENTENCE, lead, open_desk

pytestmark = pytest.mark.anyio


async def count(tenant, model=Lead) -> int:
    async with unit(tenant=tenant) as work:
        return await work.scalar(select(func.count()).select_from(model))


def codes(response) -> list[tuple[str, str]]:
    return [(reason["field"], reason["code"]) for reason in response.json()["reasons"]]


async def test_a_good_lead_is_accepted_and_kept_whole(desk):
    answer = await desk.post(lead(ip="203.0.113.7", source="search", ref="A-1", landing_page="https://example.com/x"))
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (
        body["status"] == "accepted" and body["reasons"] == [] and body["price"] == {"amount": 4500, "currency": "USD"}
    )
    async with unit(tenant=desk.tenant) as work:
        kept = (await work.scalars(select(Lead))).one()
        person = (await work.scalars(select(Contact).where(Contact.id == kept.contact_id))).one()
        consent = (await work.scalars(select(Consent))).one()
    assert str(kept.id) == body["id"]
    assert (kept.source, kept.sub_source, kept.cost_amount, kept.test) == ("search", "autumn", 4500, False)
    assert (kept.publisher_id, kept.offer_id, kept.landing_page) == (
        desk.publisher_id,
        desk.offer_id,
        "https://example.com/x",
    )
    assert (person.phone, person.email, person.state) == ("+17275550142", "dana142@example.com", "FL")
    assert (consent.text, consent.url, consent.address) == (
        SENTENCE,
        "https://example.com/debt-help",
        "203.0.113.7",
    )


async def test_a_form_says_the_same_as_json(desk):
    whole = lead()
    consent = whole.pop("consent")
    fields = whole | {f"consent[{name}]": value for name, value in consent.items()}
    answer = await desk.post(urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 201, answer.text


# One row for every code that a single post can be answered with: what is changed, field, code.
FAULTS = [
    ({"phone": None}, ("phone", "missing")),
    ({"zip": "  "}, ("zip", "missing")),
    ({"phone": "727-555-01"}, ("phone", "invalid_format")),
    ({"email": "dana at example"}, ("email", "invalid_format")),
    ({"zip": "3360"}, ("zip", "invalid_format")),
    ({"zip": "30303"}, ("zip", "invalid_format")),
    ({"state": "Atlantis"}, ("state", "not_allowed")),
    ({"country": "FR"}, ("country", "not_allowed")),
    ({"sub_id": "x" * 256}, ("sub_id", "too_long")),
    ({"state": "GA", "zip": "30303"}, ("state", "out_of_area")),
    ({"state": None, "zip": "30303"}, ("state", "out_of_area")),
    ({"consent": None}, ("consent", "consent_missing")),
    ({"consent": {"text": "x"}}, ("consent.at", "consent_missing")),
    ({"test": "perhaps"}, ("test", "invalid_format")),
    ({"offer": "other"}, ("offer", "not_allowed")),
]


@pytest.mark.parametrize(("change", "expected"), FAULTS, ids=lambda value: str(value)[:40])
async def test_a_fault_is_a_rejection_with_its_field_and_code(cast, change, expected):
    desk = await open_desk(cast, terms=Terms(states=("FL",)))
    answer = await desk.post(lead(**change))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "rejected" and body["price"]["amount"] == 0
    assert expected in codes(answer)
    assert all(reason["message"].endswith((".", "!")) or ":" in reason["message"] for reason in body["reasons"])
    assert await count(desk.tenant) == 0
    assert (await desk.post(lead())).status_code == 201


async def test_all_faults_are_told_at_once(desk):
    answer = await desk.post(lead(phone="12", zip=None, email="x", consent=None))
    assert set(codes(answer)) == {
        ("phone", "invalid_format"),
        ("zip", "missing"),
        ("email", "invalid_format"),
        ("consent", "consent_missing"),
    }


async def test_a_stale_consent(cast):
    desk = await open_desk(cast, terms=Terms(consent=ConsentRule(max_age_days=30)))
    old = {**lead()["consent"], "at": (clock.now() - timedelta(days=31)).isoformat()}
    assert codes(await desk.post(lead(consent=old))) == [("consent.at", "consent_stale")]
    young = {**old, "at": (clock.now() - timedelta(days=29)).isoformat()}
    assert (await desk.post(lead(consent=young))).status_code == 201


async def test_a_known_person_is_a_duplicate_and_the_answer_tells_nothing_more(desk):
    first = await desk.post(lead())
    for change in (
        {"email": "other@example.com"},
        {"phone": "(727) 555-0199"},
        {"phone": "+1 727 555 0142", "email": None},
    ):
        again = await desk.post(lead(**change))
        assert again.status_code == 200, again.text
        body = again.json()
        assert body["status"] == "duplicate" and body["price"]["amount"] == 0 and body["id"] != first.json()["id"]
        assert body["reasons"] == [
            {"field": "lead", "code": "duplicate", "message": "Duplicate of a lead within 30 days. Not paid."}
        ]
    assert await count(desk.tenant) == 1


async def test_a_duplicate_is_found_among_all_publishers_unless_the_offer_says_otherwise(cast):
    await (await open_desk(cast)).post(lead())
    wide = await open_desk(cast, name="Wide")
    narrow = await open_desk(cast, name="Narrow", terms=Terms(duplicates=Duplicates(scope="publisher")))
    both = await open_desk(cast, name="Both", terms=Terms(duplicates=Duplicates(match="all")))
    assert (await wide.post(lead())).json()["status"] == "duplicate"
    assert (await both.post(lead())).json()["status"] == "duplicate"
    assert (await both.post(lead(email=None))).json()["status"] == "accepted"
    assert (await narrow.post(lead())).json()["status"] == "accepted"


async def test_blank_never_equals_blank(cast):
    desk = await open_desk(cast, spec=({"name": "phone", "required": False},))
    first = await desk.post(lead(phone=None, email="a@example.com"))
    second = await desk.post(lead(phone="", email="b@example.com"))
    assert (first.status_code, second.status_code) == (201, 201)
    neither = await desk.post(lead(phone=None, email=None))
    assert codes(neither) == [("phone", "missing")]


async def test_after_the_window_the_person_may_come_again(cast):
    desk = await open_desk(cast, terms=Terms(duplicates=Duplicates(days=30)))
    with clock.held_at(clock.now() - timedelta(days=31)):
        assert (await desk.post(lead())).status_code == 201
    assert (await desk.post(lead())).status_code == 201
    async with unit(tenant=desk.tenant) as work:
        assert await work.scalar(select(func.count()).select_from(Contact)) == 1


async def test_caps_close_and_say_when_they_open(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("day", leads=2),)))
    answers = [await desk.post(lead(number)) for number in (101, 102, 103)]
    assert [answer.json()["status"] for answer in answers] == ["accepted", "accepted", "rejected"]
    assert codes(answers[2]) == [("offer", "cap_reached")]
    message = answers[2].json()["reasons"][0]["message"]
    assert message.startswith("This offer has had its 2 leads today. It opens again ") and message.endswith(
        "12:00 am Eastern."
    )
    with clock.held_at(clock.now() + timedelta(days=1)):
        assert (await desk.post(lead(103))).status_code == 201


async def test_a_cap_in_money_closes_before_it_is_passed(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("month", amount=10_000),)))
    answers = [(await desk.post(lead(number))).json()["status"] for number in (101, 102, 103)]
    assert answers == ["accepted", "accepted", "rejected"]


async def test_a_refused_lead_uses_no_cap(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("total", leads=1),)))
    await desk.post(lead(zip=None))
    assert (await desk.post(lead())).status_code == 201


async def test_outside_the_schedule(cast):
    desk = await open_desk(cast, terms=Terms(schedule={"mon": ("09:00", "17:00")}))
    with clock.held_at(clock.real_now().replace(year=2026, month=11, day=24)):  # a Tuesday
        answer = await desk.post(lead())
    assert codes(answer) == [("offer", "outside_schedule")]
    assert "open Mon 9:00 am to 5:00 pm Eastern" in answer.json()["reasons"][0]["message"]


async def test_a_paused_offer_or_publisher(cast):
    desk = await open_desk(cast)
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, state="paused")
    assert codes(await desk.post(lead(zip=None))) == [("offer", "offer_paused")]
    async with unit(tenant=desk.tenant) as work:
        await service.change_publisher(work, desk.publisher_id, state="live")
    assert (await desk.post(lead())).status_code == 201


@pytest.mark.parametrize("listed", [{"phone": "+17275550142"}, {"email": "dana142@example.com"}])
@pytest.mark.parametrize("on", ["internal", "litigator"])
async def test_suppressed_people_are_not_bought(desk, on, listed):
    async with unit(tenant=desk.tenant) as work:
        await compliance.put_on_list(work, on, **listed)
    assert codes(await desk.post(lead())) == [("lead", "suppressed")]
    assert (await desk.post(lead(143))).status_code == 201


async def test_one_visitors_address_too_often(cast):
    desk = await open_desk(cast, terms=Terms(same_address=2))
    answers = [await desk.post(lead(number, ip="203.0.113.9")) for number in (101, 102, 103)]
    assert codes(answers[2]) == [("ip", "suspected_bot")]
    assert (await desk.post(lead(104, ip="203.0.113.10"))).status_code == 201


async def test_unknown_fields_are_kept_and_warned_about(desk):
    answer = await desk.post(lead(favourite_colour="green", ssn="900-12-3456"))
    assert answer.status_code == 201
    assert [warning["field"] for warning in answer.json()["warnings"]] == ["favourite_colour", "ssn"]
    async with unit(tenant=desk.tenant) as work:
        kept = (await work.scalars(select(Submission))).one()
        box = await desk_box(work)
        extra = box.open(kept.extra, table="submissions", column="extra", row=kept.id)
        assert msgspec.json.decode(extra) == {"favourite_colour": "green", "ssn": "900-12-3456"}
        assert b"900-12" not in kept.extra + kept.request


async def desk_box(work):
    from app.core.runtime import runtime

    return await runtime().box(work.tenant)


# --- test mode


async def test_a_test_never_costs_counts_or_reaches_anyone(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("total", leads=1),)))
    for number in (101, 102):
        answer = await desk.post(lead(number, test=True))
        assert answer.status_code == 201
        assert answer.json()["test"] is True and answer.json()["price"]["amount"] == 0
    async with unit(tenant=desk.tenant) as work:
        tests = (await work.scalars(select(Lead))).all()
        people = (await work.scalars(select(Contact))).all()
        counted = await work.scalar(text("select count(*) from cap_counters"))
    assert all(lead.test and lead.cost_amount == 0 for lead in tests) and counted == 0
    assert all(person.phone is None and person.email is None for person in people)
    assert (await desk.post(lead(101))).json()["status"] == "accepted"


async def test_a_test_is_a_duplicate_of_a_test_and_never_of_a_person(desk):
    await desk.post(lead(101))
    assert (await desk.post(lead(101, test="true", sub_id="x"))).json()["status"] == "accepted"
    assert (await desk.post(lead(101, test="true", sub_id="y"))).json()["status"] == "duplicate"


@pytest.mark.parametrize("state", ["test", "paused"])
async def test_a_publisher_who_is_not_live_can_still_try(cast, state):
    desk = await open_desk(cast, state=state)
    assert (await desk.post(lead(test=True))).json()["status"] == "accepted"
    unmarked = (await desk.post(lead(143))).json()
    assert (unmarked["status"], unmarked["test"]) == {
        "test": ("accepted", True),
        "paused": ("rejected", False),
    }[state]


# --- at the same moment


async def test_a_hundred_twins_are_one_lead_with_one_answer(desk):
    body = lead()
    answers = await asyncio.gather(*(desk.post(body) for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 99
    assert await count(desk.tenant) == 1


async def test_two_hundred_posts_for_the_last_place_give_one_lead(cast):
    desk = await open_desk(cast, terms=Terms(caps=(Cap("hour", leads=1), Cap("day", leads=1))))
    answers = await asyncio.gather(*(desk.post(lead(100 + number)) for number in range(200)))
    assert [answer.status_code for answer in answers].count(201) == 1
    refused = [answer.json() for answer in answers if answer.status_code == 200]
    turned_away = [answer for answer in answers if answer.status_code == 503]  # a full house says so and takes nothing
    assert len(refused) + len(turned_away) == 199 and {body["reasons"][0]["code"] for body in refused} == {
        "cap_reached"
    }
    assert await count(desk.tenant) == 1


async def test_one_person_sent_in_many_versions_at_once_is_bought_once(desk):
    answers = await asyncio.gather(*(desk.post(lead(sub_id=f"v{number}")) for number in range(30)))
    statuses = [answer.json()["status"] for answer in answers]
    assert statuses.count("accepted") == 1 and statuses.count("duplicate") == 29
    assert await count(desk.tenant) == 1
