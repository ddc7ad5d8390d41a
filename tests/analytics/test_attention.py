"""What needs a person, said by the rooms that know; setting up, ticked by what stands."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core import agenda, clock
from app.core.work import unit
from app.tasks import service as tasks
from tests.analytics.people import acting, lead

pytestmark = pytest.mark.anyio


async def test_needs_stand_worst_first_with_number_link_and_verb(cast):
    async with acting(cast) as work:
        for _ in range(2):
            await lead(work, clock.now())
        await tasks.add_task(work, tasks.TaskValues(title="Call back", due_at=clock.now() - timedelta(hours=1)))
        await _park(work)
    home = (await (await cast.browser("harbor", "ada")).get("/admin")).text
    places = [
        home.index(words) for words in ("1 job needs a person", "2 open leads have no owner", "1 task is overdue")
    ]
    assert places == sorted(places)
    assert 'href="/admin/jobs"' in home and 'href="/agent/leads?view=unassigned"' in home and "Assign" in home


async def test_nothing_that_one_may_not_mend(cast):
    """Sales has no programs; and whoever lacks the right is not told."""
    from app.core import attention
    from tests.contacting import acting as somebody

    async with somebody(cast, "harbor", "luis") as work:
        import msgspec

        await _park(work)
        told = {need.url for need in await attention.needs(work, work.person)}
        assert "/admin/jobs" in told
        humble = msgspec.structs.replace(work.person, permissions=frozenset({"leads.view"}))
        assert "/admin/jobs" not in {need.url for need in await attention.needs(work, humble)}


async def test_a_stuck_job_is_tried_again_or_given_up_once(cast):
    async with acting(cast) as work:
        first, second = await _park(work), await _park(work, state="failed")
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    assert "In doubt" in (await ada.get("/admin/jobs")).text
    assert (await luis.get("/admin/jobs")).status_code == 404
    assert (await luis.post(f"/admin/jobs/{first}/again")).status_code == 404
    assert (await ada.post(f"/admin/jobs/{first}/again")).status_code == 303
    assert (await ada.post(f"/admin/jobs/{first}/again")).status_code == 404
    assert (await ada.post(f"/admin/jobs/{second}/drop")).status_code == 303
    async with acting(cast) as work:
        rows = dict(
            (
                await work.execute(
                    text("select id, state from spine.agenda where id in (:a, :b)"), {"a": first, "b": second}
                )
            )
            .tuples()
            .all()
        )
    assert rows == {first: "waiting"}
    assert "No job needs you" in (await ada.get("/admin/jobs")).text


async def test_steps_tick_themselves_and_can_be_skipped(cast):
    ada = await cast.browser("summit", "ada")
    home = (await ada.get("/admin")).text
    assert "Set up" in home and "Bring in the first lead" in home and "Set the sender" in home
    before = home.count("icon-done")
    async with unit(tenant=cast.tenants["summit"]) as work:
        await lead(work, clock.now())
    assert 'href="/agent/leads">Add<' not in (await ada.get("/admin")).text
    await ada.post("/admin/setup", {"step": "sender"})
    after = (await ada.get("/admin")).text
    assert "Set the sender" not in after and after.count("icon-done") >= before
    await ada.post("/admin/setup", {"step": "sender", "skip": "0"})
    assert "Set the sender" in (await ada.get("/admin")).text
    luis = await cast.browser("summit", "luis")
    assert (await luis.post("/admin/setup", {"step": "sender"})).status_code == 404


async def _park(work, state="parked"):
    row = await agenda.add(work, "access.seal", key=str(uuid4()))
    await work.execute(text("update spine.agenda set state = :state where id = :id"), {"state": state, "id": row})
    return row
