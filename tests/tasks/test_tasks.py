"""Tasks: a day by the clock of whoever looks, reach, and the lead's next step in step with them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.errors import Invalid, NotFound
from app.core.work import unit
from app.leads import queries as lead_queries
from app.leads import service as leads
from app.tasks import queries, service
from app.tasks.service import TaskValues
from app.team.models import Notice
from tests.drive import drain
from tests.leads.making import a_lead, as_actor, person_id, row

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)  # noon in New York


async def test_my_day_follows_my_clock(cast):
    luis = await as_actor(cast, "luis")
    browser = await cast.browser("harbor", "luis")
    with clock.held_at(NOW):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            for title, due in {"late": -1, "soon": 2, "tonight": 11.5, "tomorrow": 12.5}.items():
                await service.add_task(work, TaskValues(title=title, due_at=NOW + timedelta(hours=due)))
            await service.add_task(work, TaskValues(title="some day"))
            done = await service.add_task(work, TaskValues(title="finished"))
            await service.complete(work, done.id)
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            person = await _person(work, luis)
            days = await queries.my_day(work, person, ZoneInfo("America/New_York"))
        assert {key: [task.title for task in found] for key, found in days.items()} == {
            "overdue": ["late"],
            "today": ["soon", "tonight"],
            "tomorrow": ["tomorrow"],
            "later": [],
            "someday": ["some day"],
            "done": ["finished"],
        }
        page = (await browser.get("/agent/tasks")).text
        assert all(title in page for title in ("late", "tonight", "some day", "finished"))


async def test_many_overdue_ones_hide_nothing_of_today(cast):
    luis = await as_actor(cast, "luis")
    browser = await cast.browser("harbor", "luis")
    with clock.held_at(NOW):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            for days in range(1, 41):
                await service.add_task(work, TaskValues(title=f"late-{days:02}", due_at=NOW - timedelta(days=days)))
            await service.add_task(work, TaskValues(title="tonight", due_at=NOW + timedelta(hours=3)))
        page = (await browser.get("/agent/tasks")).text
        assert "tonight" in page and "Show all 40" in page
        assert "late-25" in page and "late-26" not in page, "the latest come first"
        page = (await browser.get("/agent/tasks?view=mine&show=overdue")).text
        assert "late-40" in page and "tonight" in page and "Show all" not in page


async def _person(work, actor):
    from app.leads.queries.people import person_now

    return await person_now(work, actor.id)


async def test_the_next_step_is_the_first_open_task(cast):
    lead_id, luis = await a_lead(cast), await as_actor(cast, "luis")
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        late = await service.add_task(
            work, TaskValues(title="b", due_at=NOW + timedelta(days=2)), entity="lead", entity_id=lead_id
        )
    assert (await row(cast, lead_id)).next_action_at == NOW + timedelta(days=2)
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        first = await service.add_task(work, TaskValues(title="a", due_at=NOW), entity="lead", entity_id=lead_id)
    assert (await row(cast, lead_id)).next_action_at == NOW
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        await service.complete(work, first.id)
    assert (await row(cast, lead_id)).next_action_at == NOW + timedelta(days=2)
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        await service.change_task(work, late.id, due_at=NOW + timedelta(days=5))
        await service.reopen(work, first.id)
    assert (await row(cast, lead_id)).next_action_at == NOW
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        await service.delete_task(work, first.id)
        await service.delete_task(work, late.id)
    assert (await row(cast, lead_id)).next_action_at is None


async def test_finishing_twice_is_finishing_once(cast):
    lead_id, luis = await a_lead(cast), await as_actor(cast, "luis")
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        task = await service.add_task(work, TaskValues(title="a"), entity="lead", entity_id=lead_id)
        first = (await service.complete(work, task.id)).done_at
    with clock.held_at(NOW + timedelta(days=400)):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            assert (await service.complete(work, task.id)).done_at == first


async def test_tasks_of_others_are_out_of_an_agents_reach(cast):
    maria = await as_actor(cast, "maria")
    async with unit(maria, tenant=cast.tenants["harbor"]) as work:
        task = await service.add_task(work, TaskValues(title="Maria's own"))
    luis, ada, hers = [await cast.browser("harbor", name) for name in ("luis", "ada", "maria")]
    for verb in ("/done", "/reopen", "/delete", ""):
        assert (await luis.post(f"/agent/tasks/{task.id}{verb}", {"title": "x"})).status_code == 404, verb
    assert (await luis.get(f"/agent/tasks/{task.id}")).status_code == 404
    assert "own" in (await hers.get(f"/agent/tasks/{task.id}")).text
    assert (await ada.post(f"/agent/tasks/{task.id}/done")).status_code == 303


async def test_a_form_tells_what_to_mend_and_keeps_what_was_typed(cast):
    browser = await cast.browser("harbor", "luis")
    refused = await browser.post("/agent/tasks", {"title": "", "due_at": "2026-05-05T10:00"})
    assert refused.status_code == 422 and "Say what is to be done." in refused.text
    refused = await browser.post("/agent/tasks", {"title": "Call Dana", "due_at": "soon"})
    assert refused.status_code == 422 and "Call Dana" in refused.text
    assert (await browser.post("/agent/tasks", {"title": "Call Dana", "priority": "9"})).status_code == 422


async def test_names_of_leads_out_of_reach_are_not_told(cast):
    theirs = await a_lead(cast, first_name="Secretive", owner_id=await person_id(cast, "maria"))
    mine = await a_lead(cast, first_name="Visible", owner_id=await person_id(cast, "luis"))
    luis = await as_actor(cast, "luis")
    async with unit(luis, tenant=cast.tenants["harbor"]) as work:
        for lead_id in (theirs, mine):
            await service.add_task(work, TaskValues(title="look"), entity="lead", entity_id=lead_id)
    page = (await (await cast.browser("harbor", "luis")).get("/agent/tasks")).text
    assert "Visible" in page and "Secretive" not in page
    async with unit(tenant=cast.tenants["harbor"]) as work:
        assert set(await lead_queries.names(work, [theirs, mine])) == {theirs, mine}


async def test_a_task_must_say_something(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for wrong in (TaskValues(title=" \0"), TaskValues(title="x" * 201), TaskValues(title="x", kind="fax"),
                      TaskValues(title="x", priority=0)):  # fmt: skip
            with pytest.raises(Invalid):
                await service.add_task(work, wrong)
        with pytest.raises(NotFound):
            await service.complete(work, cast.tenants["harbor"].id)


async def test_one_that_repeats_makes_the_next_and_undo_takes_it_away(cast):
    luis = await as_actor(cast, "luis")
    with clock.held_at(NOW):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            task = await service.add_task(work, TaskValues(title="Ask", due_at=NOW - timedelta(days=9), repeat_days=7))
            await service.complete(work, task.id)
            await service.complete(work, task.id)
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            person = await _person(work, luis)
            days = await queries.my_day(work, person, ZoneInfo("America/New_York"))
            assert [(one.title, one.due_at) for one in days["later"]] == [("Ask", NOW + timedelta(days=5))]
            await service.reopen(work, task.id)
            days = await queries.my_day(work, person, ZoneInfo("America/New_York"))
            assert [one.id for one in days["overdue"]] == [task.id] and not days["later"]


async def test_at_its_minute_whoever_promised_it_is_told_once(cast):
    luis = await as_actor(cast, "luis")
    due = NOW + timedelta(hours=1)
    with clock.held_at(NOW):
        async with unit(luis, tenant=cast.tenants["harbor"]) as work:
            soon = await service.add_task(work, TaskValues(title="Call Dana back", due_at=due))
            moved = await service.add_task(work, TaskValues(title="Moved", due_at=due))
            await service.change_task(work, moved.id, due_at=due + timedelta(days=1))
            dealt_with = await service.add_task(work, TaskValues(title="Dealt with", due_at=due))
            await service.complete(work, dealt_with.id)
    await drain(cast.runtime, cast.tenants["harbor"], until=due - timedelta(minutes=1))
    assert await _told(cast) == []
    for _ in range(2):
        await drain(cast.runtime, cast.tenants["harbor"], until=due)
    assert await _told(cast) == [(luis.id, soon.id)]


async def _told(cast):
    async with unit(tenant=cast.tenants["harbor"]) as work:
        found = await work.scalars(select(Notice).where(Notice.kind == "task.due"))
        return [(one.person_id, one.entity_id) for one in found]


async def test_a_notice_of_a_task_says_whose_it_is_as_far_as_one_may_see_them(cast):
    luis, lead_id = await as_actor(cast, "luis"), await a_lead(cast, first_name="Dana", last_name="Reyes")
    with clock.held_at(NOW):
        async with unit(await as_actor(cast, "ada"), tenant=cast.tenants["harbor"]) as work:
            await leads.assign(work, lead_id, luis.id)
            await service.add_task(
                work, TaskValues(title="Papers", assignee_id=luis.id), entity="lead", entity_id=lead_id
            )
            await service.add_task(work, TaskValues(title="Tidy up", assignee_id=luis.id))
        await drain(cast.runtime, cast.tenants["harbor"])
        shown = (await (await cast.browser("harbor", "luis")).get("/notices")).text
        assert "gave you a task: “Papers” · Dana Reyes" in shown and "“Tidy up”<" in shown
        async with unit(await as_actor(cast, "ada"), tenant=cast.tenants["harbor"]) as work:
            await leads.assign(work, lead_id, await person_id(cast, "maria"))
        shown = (await (await cast.browser("harbor", "luis")).get("/notices")).text
        assert "“Papers”" in shown and "Dana Reyes" not in shown


async def test_a_manager_sees_the_team_and_gives_work_an_agent_only_has_their_own(cast):
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    maria = await person_id(cast, "maria")
    given = {"title": "Look at Dana's papers", "assignee_id": str(maria)}
    assert (await ada.post("/agent/tasks", given)).status_code == 303
    assert "papers" in (await ada.get("/agent/tasks?view=team")).text
    assert "papers" not in (await ada.get("/agent/tasks")).text
    assert "papers" not in (await luis.get("/agent/tasks?view=team")).text
    assert (await luis.post("/agent/tasks", given)).status_code == 404
    wrong = await ada.post("/agent/tasks", {"title": "x", "repeat_days": "often"})
    assert wrong.status_code == 422 and "Enter a number of days" in wrong.text
