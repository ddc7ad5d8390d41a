"""Somebody leaves: everything in hand goes to somebody else in the step that shuts the door, and nothing is orphaned."""

import asyncio

import pytest
from sqlalchemy import func, select

from app.access import service as access
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.tasks import service as tasks
from app.tasks.models import Task
from app.tasks.service import TaskValues
from tests.access import people
from tests.drive import drain
from tests.leads.making import a_lead, as_actor, person_id, row
from tests.world import PASSWORD

pytestmark = pytest.mark.anyio


async def loaded(cast, count=3):
    """Luis with leads, a task and a callback."""
    luis = await as_actor(cast, "luis")
    ids = [await a_lead(cast, owner_id=luis.id) for _ in range(count)]
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        for kind, title in (("task", "Send papers"), ("call", "Call back")):
            await tasks.add_task(work, TaskValues(title=title, kind=kind), entity="lead", entity_id=ids[0])
    return luis.id, ids


async def in_hands(cast, person):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        owned = await work.scalar(select(func.count()).where(Lead.owner_id == person))
        waiting = select(func.count()).where(Task.assignee_id == person, Task.done_at.is_(None))
        return owned, await work.scalar(waiting)


async def test_the_numbers_stand_there_first_and_then_all_of_it_goes_over(cast, runtime):
    luis, ids = await loaded(cast)
    maria, admin = await person_id(cast, "maria"), await cast.browser("harbor", "ada")
    page = (await admin.get(f"/admin/people/{luis}/leave")).text
    assert "Open leads" in page and ">3<" in page and "Callbacks promised" in page and "Maria Chen" in page
    choices = {"to-leads": str(maria), "to-tasks": str(maria), "to-callbacks": str(maria)}
    answer = await admin.post(f"/admin/people/{luis}/deactivate", choices)
    assert answer.status_code == 303
    assert (await people.row(cast, "harbor", "luis")).state == "deactivated"
    assert await in_hands(cast, luis) == (0, 0) and await in_hands(cast, maria) == (3, 2)
    assert (await row(cast, ids[0])).owner_id == maria
    told = await admin.get(f"/admin/people/{luis}")
    assert "Handed over" in told.text and told.text.count("Maria Chen") == 3 and f"%22{maria}%22" in told.text
    await drain(runtime, cast.tenants["harbor"])
    assert "gave you" in (await (await cast.browser("harbor", "maria")).get("/notices")).text


async def test_without_a_choice_nobody_is_let_go(cast):
    luis, _ = await loaded(cast)
    admin, maria = await cast.browser("harbor", "ada"), str(await person_id(cast, "maria"))
    for choices in (
        {},
        {"to-leads": maria, "to-tasks": maria},
        {"to-leads": maria, "to-tasks": str(luis), "to-callbacks": maria},
    ):
        answer = await admin.post(f"/admin/people/{luis}/deactivate", choices)
        assert answer.status_code == 422 and "Choose who gets these." in answer.text
    refused = await admin.post(
        f"/admin/people/{luis}/deactivate", {"to-leads": "nobody", "to-tasks": "nobody", "to-callbacks": maria}
    )
    assert refused.status_code == 422, "a task needs somebody"
    assert (await people.row(cast, "harbor", "luis")).state == "active" and await in_hands(cast, luis) == (3, 2)


async def test_leads_may_go_back_to_routing(cast, runtime):
    luis, ids = await loaded(cast)
    admin, maria = await cast.browser("harbor", "ada"), str(await person_id(cast, "maria"))
    choices = {"to-leads": "nobody", "to-tasks": maria, "to-callbacks": maria}
    assert (await admin.post(f"/admin/people/{luis}/deactivate", choices)).status_code == 303
    assert (await row(cast, ids[0])).owner_id is None
    await drain(runtime, cast.tenants["harbor"])
    assert await in_hands(cast, luis) == (0, 0)


async def test_more_than_a_chunk_follows_until_nothing_is_left(cast, runtime, monkeypatch):
    from app.access.service import leaving

    monkeypatch.setattr(leaving, "CHUNK", 2)
    luis, _ = await loaded(cast, 7)
    admin, maria = await cast.browser("harbor", "ada"), await person_id(cast, "maria")
    choices = {name: str(maria) for name in ("to-leads", "to-tasks", "to-callbacks")}
    await admin.post(f"/admin/people/{luis}/deactivate", choices)
    assert (await in_hands(cast, luis))[0] == 5
    await drain(runtime, cast.tenants["harbor"])
    assert await in_hands(cast, luis) == (0, 0) and await in_hands(cast, maria) == (7, 2)


async def test_two_who_press_at_once_hand_over_once(cast):
    luis, _ = await loaded(cast)
    maria = str(await person_id(cast, "maria"))
    browsers = [await cast.browser("harbor", "ada") for _ in range(2)]
    choices = dict.fromkeys(("to-leads", "to-tasks", "to-callbacks"), maria)
    answers = await asyncio.gather(*(one.post(f"/admin/people/{luis}/deactivate", choices) for one in browsers))
    assert {answer.status_code for answer in answers} <= {303, 409, 422}
    assert await in_hands(cast, luis) == (0, 0)


async def test_whoever_comes_back_finds_work_where_it_is_now(cast):
    luis, ids = await loaded(cast)
    admin, maria = await cast.browser("harbor", "ada"), str(await person_id(cast, "maria"))
    choices = dict.fromkeys(("to-leads", "to-tasks", "to-callbacks"), maria)
    await admin.post(f"/admin/people/{luis}/deactivate", choices)
    assert (await admin.post(f"/admin/people/{luis}/reactivate")).status_code == 303
    assert (await people.row(cast, "harbor", "luis")).state == "active"
    assert str((await row(cast, ids[0])).owner_id) == maria


async def test_only_whoever_manages_people_sees_what_somebody_has_in_hand(cast):
    luis, _ = await loaded(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await access.create_person(work, email="mona@example.com", name="Mona", role="manager", password=PASSWORD)
    for name, status in (("maria", 404), ("mona", 404), ("ada", 200)):
        assert (await (await cast.browser("harbor", name)).get(f"/admin/people/{luis}/leave")).status_code == status
    async with unit(tenant=cast.tenants["harbor"]) as work:
        lead = await leads.assign(work, await a_lead(cast), luis)
    assert lead.owner_id == luis


async def test_resetting_a_second_factor_wants_a_fresh_proof(cast):
    from datetime import timedelta

    await people.give_totp(cast, "harbor", "luis")
    luis, admin = await people.row(cast, "harbor", "luis"), await cast.browser("harbor", "ada")
    await people.age_sessions(cast, "harbor", confirmed_at=timedelta(minutes=16))
    answer = await admin.post(f"/admin/people/{luis.id}/second-factor/reset")
    assert answer.headers["location"].startswith("/account/confirm")
    assert (await people.row(cast, "harbor", "luis")).totp_confirmed_at is not None
    await admin.post("/account/confirm", {"given": PASSWORD, "next": f"/admin/people/{luis.id}"})
    assert (await admin.post(f"/admin/people/{luis.id}/second-factor/reset")).status_code == 303
    assert (await people.row(cast, "harbor", "luis")).totp_confirmed_at is None
