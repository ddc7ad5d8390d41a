"""One lead: claims with one winner, stages that demand, edits that clash, sealed fields, and nothing
else writable.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from app.access.models import AuditEntry
from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound
from app.core.work import unit
from app.leads import queries, service
from app.leads.models import Lead
from app.leads.queries.people import person_now
from tests.leads.making import a_lead, kinds, person_id, row

pytestmark = pytest.mark.anyio
AT = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


async def test_the_page_shows_everything_that_is_known(cast):
    lead_id = await a_lead(
        cast,
        first_name="Dana",
        last_name="Reyes",
        total_debt=31000,
        source="Search ads",
        cost_amount=4500,
        phone="+17275550992",
        zip="33602",
    )
    page = (await (await cast.browser("harbor", "luis")).get(f"/agent/leads/{lead_id}")).text
    wanted = (
        "Dana Reyes",
        "Search ads",
        "$45.00",
        "$31,000",
        "No consent",
        "Debt of $30,000 or more",
        "Eastern",
    )
    for said in (*wanted, "(727) 555-0992", "Take it", "Kinds of debt", "Qualified"):
        assert said in page, said
    for part in ("timeline", "why", "peek", "head", "stage?stage=qualified", "fields/total_debt"):
        assert (
            await (await cast.browser("harbor", "luis")).get(f"/agent/leads/{lead_id}/{part}")
        ).status_code == 200, part


async def test_out_of_reach_looks_like_missing_on_every_address(cast):
    theirs = await a_lead(cast, owner_id=await person_id(cast, "maria"))
    luis, stranger = await cast.browser("harbor", "luis"), await cast.browser("summit", "ada")
    gets = ("", "/timeline", "/why", "/peek", "/head", "/stage?stage=contacted", "/fields/total_debt")
    posts = (
        "/accept",
        "/release",
        "/stage",
        "/fields",
        "/reveal",
        "/notes",
        "/tasks",
        "/tags",
        "/tags/remove",
        f"/notes/{uuid4()}/pin",
        f"/notes/{uuid4()}/delete",
        f"/tasks/{uuid4()}/done",
    )
    maria = await cast.browser("harbor", "maria")
    for browser in (luis, stranger):
        for path in gets:
            assert (await browser.get(f"/agent/leads/{theirs}{path}")).status_code == 404, path
            assert (await maria.get(f"/agent/leads/{theirs}{path}")).status_code == 200, path
        for path in posts:
            answer = await browser.post(
                f"/agent/leads/{theirs}{path}", {"stage": "contacted", "body": "x", "title": "x"}
            )
            assert answer.status_code == 404, path
        assert (await browser.get(f"/api/v1/leads/{theirs}")).status_code == 404
    assert (await row(cast, theirs)).stage_since == (await row(cast, theirs)).created_at


async def test_of_many_claims_one_wins(cast):
    lead_id = await a_lead(cast)
    names_of = ("Luis", "Maria", "Ada")
    browsers = [await cast.browser("harbor", name.lower()) for name in names_of] * 7
    answers = await asyncio.gather(*(browser.post(f"/agent/leads/{lead_id}/claim") for browser in browsers))
    assert {answer.status_code for answer in answers} == {303, 409}
    assert (await kinds(cast, lead_id)).count("lead.claimed") == 1
    owner = (await row(cast, lead_id)).owner_id
    # One name wins, from as many windows as it likes. The refusal names nobody: the winner may lie out
    # of reach.
    names = {
        await person_id(cast, first): name for first, name in (("luis", "Luis"), ("maria", "Maria"), ("ada", "Ada"))
    }
    winners = {names_of[index % 3] for index, answer in enumerate(answers) if answer.status_code == 303}
    assert winners == {names[owner]}
    refused = [answer.text for answer in answers if answer.status_code == 409]
    assert all("Somebody took this one before you." in text and names[owner] not in text for text in refused)
    assert owner is not None and (await row(cast, lead_id)).accepted_at is not None


async def test_claiming_what_is_mine_does_nothing_and_the_right_is_needed(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    assert (await luis.post(f"/agent/leads/{lead_id}/claim")).headers["location"] == f"/agent/leads/{lead_id}"
    first = (await row(cast, lead_id)).owned_since
    assert (await luis.post(f"/agent/leads/{lead_id}/claim")).status_code == 303
    assert (await row(cast, lead_id)).owned_since == first
    assert (await cast.visitor("harbor").post(f"/agent/leads/{lead_id}/claim")).status_code in (303, 403)
    assert (await luis.post(f"/agent/leads/{uuid4()}/claim")).status_code == 404


async def test_offered_accepted_released(cast):
    luis, maria = await person_id(cast, "luis"), await person_id(cast, "maria")
    lead_id = await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.assign(work, lead_id, luis, reason="rule")
        assert (await row(cast, lead_id)).owner_id is None  # not yet committed
    assert (await row(cast, lead_id)).accepted_at is None
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with pytest.raises(Conflict):
            await service.accept(work, lead_id, await person_now(work, maria))
        await service.accept(work, lead_id, await person_now(work, luis))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        # A time-out for somebody who is not the owner any more lets nothing go.
        assert (await service.release(work, lead_id, owner_id=maria)).owner_id == luis
        assert (await service.release(work, lead_id, owner_id=luis, reason="timeout")).owner_id is None
        with pytest.raises(Invalid):
            await service.assign(work, lead_id, uuid4())
    assert (await kinds(cast, lead_id))[1:] == ["lead.assigned", "lead.accepted", "lead.released"]


async def test_a_stage_asks_for_what_it_demands(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    path = f"/agent/leads/{lead_id}/stage"
    refused = await luis.post(path, {"stage": "qualified"})
    assert refused.status_code == 422
    assert "Enter total debt." in refused.text and "Choose hardship." in refused.text
    wrong = await luis.post(path, {"stage": "qualified", "total_debt": "lots", "hardship": "job_loss"})
    assert wrong.status_code == 422 and "is not a number" in wrong.text and 'value="lots"' in wrong.text
    assert (await row(cast, lead_id)).custom == {}
    moved = await luis.post(
        path, {"stage": "qualified", "total_debt": "$24,500", "hardship": "job_loss", "score": "100"}
    )
    assert moved.status_code == 303
    lead = await row(cast, lead_id)
    assert lead.value_amount == 2_450_000 and lead.custom == {"total_debt": "24500", "hardship": "job_loss"}
    assert lead.score != 100
    # What is held already is not asked again.
    assert (await luis.post(path, {"stage": "enrolled", "monthly_income": "4000"})).status_code == 303
    assert (await luis.post(path, {"stage": "lost"})).status_code == 422
    assert (await luis.post(path, {"stage": "lost", "lost_reason": "nonsense"})).status_code == 422
    assert (await luis.post(path, {"stage": "lost", "lost_reason": "not_eligible"})).status_code == 303
    assert (await row(cast, lead_id)).lost_reason == "not_eligible"
    assert (await luis.post(path, {"stage": "contacted"})).status_code == 303
    assert (await row(cast, lead_id)).lost_reason is None
    assert (await luis.post(path, {"stage": "heaven"})).status_code == 404


async def test_the_same_stage_twice_does_nothing(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    answers = await asyncio.gather(
        *(luis.post(f"/agent/leads/{lead_id}/stage", {"stage": "contacted"}) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {303}
    assert (await kinds(cast, lead_id)).count("lead.stage_changed") == 1


async def test_a_lost_race_for_a_stage_says_who_moved_it(cast):
    lead_id = await a_lead(cast)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    assert (await ada.post(f"/agent/leads/{lead_id}/stage", {"stage": "contacted"})).status_code == 303
    clash = await luis.post(
        f"/agent/leads/{lead_id}/stage",
        {"stage": "qualified", "seen": "new", "total_debt": "9000", "hardship": "medical"},
    )
    assert clash.status_code == 409 and "Ada Admin set Stage to Contacted" in clash.text
    assert (await row(cast, lead_id)).custom == {}
    mine = await luis.post(
        f"/agent/leads/{lead_id}/stage",
        {"stage": "qualified", "seen": "new", "mine": "1", "total_debt": "9000", "hardship": "medical"},
    )
    assert mine.status_code == 303


async def test_undo_of_a_move_and_of_a_claim(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    for path, form in (("claim", {}), ("stage", {"stage": "contacted"})):
        answer = await luis.post(f"/agent/leads/{lead_id}/{path}", form)
        undo = _undo_url(answer)
        maria = await cast.browser("harbor", "maria")
        assert (await maria.post(undo)).status_code == 404
        assert (await luis.post(undo, {"next": f"/agent/leads/{lead_id}"})).headers[
            "location"
        ] == f"/agent/leads/{lead_id}"
    lead = await row(cast, lead_id)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert lead.owner_id is None and lead.stage_id == (await service.first_stage(work)).id


def _undo_url(answer) -> str:
    import base64
    import json

    value = re.search(r"flash=([^;]+)", answer.headers["set-cookie"]).group(1).strip('"')
    return json.loads(base64.urlsafe_b64decode(value))["undo_url"]


async def test_undo_leaves_what_was_changed_again(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    undo = _undo_url(await luis.post(f"/agent/leads/{lead_id}/stage", {"stage": "contacted"}))
    await (await cast.browser("harbor", "ada")).post(
        f"/agent/leads/{lead_id}/stage", {"stage": "lost", "lost_reason": "other"}
    )
    await luis.post(undo)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        lost = next(stage for stage in await service.stages(work) if stage.name == "lost")
    assert (await row(cast, lead_id)).stage_id == lost.id


async def test_fields_are_edited_in_place(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    path = f"/agent/leads/{lead_id}/fields"
    assert (await luis.post(path, {"total_debt": "$31,250.50", "city": "  Tampa "})).status_code == 303
    lead = await row(cast, lead_id)
    assert lead.custom["total_debt"] == "31250.5" and lead.value_amount == 3_125_050
    refused = await luis.post(path, {"total_debt": "much"})
    assert refused.status_code == 422 and 'value="much"' in refused.text
    assert (await luis.post(path, {"debt_types": ["", "medical"]})).status_code == 303
    assert (await row(cast, lead_id)).custom["debt_types"] == ["medical"]
    assert (await luis.post(path, {"debt_types": ""})).status_code == 303
    assert "debt_types" not in (await row(cast, lead_id)).custom
    fragment = await luis.post(path, {"city": "Ocala"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 200 and 'id="fact-city"' in fragment.text and "<html" not in fragment.text
    found = await luis.get('/api/v1/leads?where={"field":"total_debt","op":"gt","value":31000}')
    assert [item["id"] for item in found.json()["items"]] == [str(lead_id)]


async def test_two_people_one_field(cast):
    lead_id = await a_lead(cast, total_debt=1000)
    luis, ada = await cast.browser("harbor", "luis"), await cast.browser("harbor", "ada")
    path = f"/agent/leads/{lead_id}/fields"
    form = (await luis.get(f"{path}/total_debt")).text
    seen = re.search(r'name="seen.total_debt" value="(\w+)"', form).group(1)
    assert (await ada.post(path, {"total_debt": "2000", "seen.total_debt": seen})).status_code == 303
    clash = await luis.post(path, {"total_debt": "3000", "seen.total_debt": seen})
    assert clash.status_code == 409 and "Ada Admin set Total debt to $2,000.00" in clash.text
    assert 'value="3000"' in clash.text
    assert (await row(cast, lead_id)).custom["total_debt"] == "2000"
    # Another field of the same lead is no clash.
    assert (await luis.post(path, {"city": "Tampa"})).status_code == 303
    assert (await luis.post(path, {"total_debt": "3000", "seen.total_debt": seen, "mine": "1"})).status_code == 303
    assert (await row(cast, lead_id)).custom["total_debt"] == "3000"


async def test_nothing_but_writable_fields_can_be_written(cast):
    """Every column name, and names of other rooms, on every form that writes to a lead."""
    lead_id, luis = await a_lead(cast, total_debt=1000), await cast.browser("harbor", "luis")
    names = {
        *(column.key for column in Lead.__table__.c),
        "tenant_id",
        "role",
        "balance",
        "price",
        "owner",
        "stage",
        "score",
        "heat",
        "tags",
        "name",
        "bankrupt_at",
        "merged_into",
        "created_at",
        "publisher",
        "offer",
        "cost",
        "test",
        "zone",
    }
    names -= {"source", "campaign", "landing_page", "lost_reason"}  # these may be written
    poison = dict.fromkeys(names, "1")
    columns = [column.key for column in Lead.__table__.c]
    watched = [name for name in columns if name not in ("updated_at", "custom", "value_amount")]
    before = await row(cast, lead_id)
    for path, form in (
        ("fields", {"city": "Tampa"}),
        ("notes", {"body": "x"}),
        ("tasks", {"title": "x"}),
        ("tags", {"tag": "x"}),
    ):
        answer = await luis.post(f"/agent/leads/{lead_id}/{path}", {**poison, **form})
        assert answer.status_code == 303, path
        after = await row(cast, lead_id)
        assert {n: getattr(after, n) for n in watched} == {n: getattr(before, n) for n in watched}, path
    only_poison = await luis.post(f"/agent/leads/{lead_id}/fields", poison)
    assert only_poison.status_code == 422


async def test_sealed_fields_are_masked_and_revealed_with_a_line_in_the_log(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    await luis.post(f"/agent/leads/{lead_id}/fields", {"ssn": "123-45-6789"})
    stored = (await row(cast, lead_id)).custom["ssn"]
    assert set(stored) == {"sealed"} and "6789" not in str(stored)
    for path in (f"/agent/leads/{lead_id}", f"/agent/leads/{lead_id}/fields/ssn", f"/api/v1/leads/{lead_id}"):
        assert "6789" not in (await luis.get(path)).text, path
    shown = await luis.post(f"/agent/leads/{lead_id}/reveal", {"field": "ssn"})
    assert shown.status_code == 200 and "123-45-6789" in shown.text
    async with unit(tenant=cast.tenants["harbor"]) as work:
        entries = (await work.scalars(select(AuditEntry).where(AuditEntry.entity_id == lead_id))).all()
        assert [entry.action for entry in entries].count("lead.revealed") == 1
        assert not any("6789" in str(entry.changes) for entry in entries)
    assert (await luis.post(f"/agent/leads/{lead_id}/reveal", {"field": "total_debt"})).status_code == 404


async def test_notes_tasks_and_tags_on_the_page(cast):
    lead_id, luis = await a_lead(cast), await cast.browser("harbor", "luis")
    path = f"/agent/leads/{lead_id}"
    assert (await luis.post(f"{path}/notes", {"body": "Talked about <b>the car</b>."})).status_code == 303
    assert (
        await luis.post(f"{path}/tasks", {"title": "Call back", "kind": "call", "due_at": "2026-06-01T10:00"})
    ).status_code == 303
    assert (await luis.post(f"{path}/tags", {"tag": "VIP"})).status_code == 303
    page = (await luis.get(path)).text
    assert "Talked about &lt;b&gt;the car&lt;/b&gt;." in page and "Call back" in page and "VIP" in page
    lead = await row(cast, lead_id)
    assert lead.next_action_at == datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
    empty = await luis.post(f"{path}/notes", {"body": " "})
    assert empty.status_code == 422 and "Write the note first." in empty.text
    task = re.search(rf"{path}/tasks/([0-9a-f-]+)/done", page).group(1)
    other = await a_lead(cast)
    assert (await luis.post(f"/agent/leads/{other}/tasks/{task}/done")).status_code == 404
    assert (await luis.post(f"{path}/tasks/{task}/done")).status_code == 303
    assert (await row(cast, lead_id)).next_action_at is None
    assert (await luis.post(f"{path}/tags/remove", {"tag": "vip"})).status_code == 303


async def test_first_contact_says_how_long_they_waited(cast):
    with clock.held_at(AT):
        lead_id = await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.touch_contacted(work, lead_id, AT + timedelta(minutes=4))
        await service.touch_contacted(work, lead_id, AT + timedelta(hours=1))
        await service.touch_contacted(work, lead_id, AT + timedelta(minutes=30))
    lead = await row(cast, lead_id)
    assert (lead.first_contact_at, lead.last_contact_at) == (
        AT + timedelta(minutes=4),
        AT + timedelta(hours=1),
    )
    assert (await kinds(cast, lead_id)).count("lead.first_contacted") == 1


async def test_deleted_ones_are_nowhere_until_they_come_back(cast):
    lead_id, ada = await a_lead(cast), await cast.browser("harbor", "ada")
    answer = await ada.post(f"/agent/leads/{lead_id}/delete")
    assert answer.status_code == 303
    assert (await ada.get(f"/agent/leads/{lead_id}")).status_code == 404
    assert (await ada.get("/api/v1/leads")).json()["items"] == []
    assert (await ada.post(_undo_url(answer))).status_code == 303
    assert (await ada.get(f"/agent/leads/{lead_id}")).status_code == 200
    assert (await (await cast.browser("harbor", "luis")).post(f"/agent/leads/{lead_id}/delete")).status_code == 404


async def test_recent_leads_for_duplicates(cast):
    with clock.held_at(AT):
        old = await a_lead(cast, phone="+17275550995", publisher_id=None)
        await a_lead(cast, phone="+17275550995", test=True)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        month = AT - timedelta(days=30)
        assert (await queries.recent(work, phone="+17275550995", email=None, since=month)).id == old
        assert await queries.recent(work, phone="+17275550995", email=None, since=AT + timedelta(seconds=1)) is None
        assert await queries.recent(work, phone=None, email="", since=month) is None
        assert await queries.recent(work, phone="+17275550995", email=None, since=month, publisher_id=uuid4()) is None


async def test_custom_values_of_a_sales_lead_give_no_value_but_a_plain_one_does(cast):
    lead_id, ada = await a_lead(cast, "summit"), await cast.browser("summit", "ada")
    assert (await ada.post(f"/agent/leads/{lead_id}/fields", {"value": "1,500"})).status_code == 303
    assert (await row(cast, lead_id, "summit")).value_amount == 150_000
    assert service.minor(Decimal("0.005"), "USD") == 1 and service.minor(Decimal("7"), "JPY") == 7


async def test_a_lead_of_nobody_raises_not_found(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for verb in (service.rescore, service.delete, service.restore):
            with pytest.raises(NotFound):
                await verb(work, uuid4())
