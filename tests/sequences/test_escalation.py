"""A task that nobody does goes up: the blueprint's sequence on `task.overdue`, from the page that adds the task to the
notices of those who hand leads out.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock
from app.sequences.models import Sequence
from app.tasks.models import Task
from app.team.models import Notice
from tests.contacting import AFTERNOON, a_lead, at, leave, rows

pytestmark = pytest.mark.anyio
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, SECOND = "A task here is more than a day overdue", "Still not done: help with it, or hand it on"


async def titles(cast: Any) -> list[str]:
    found = await rows(cast, "harbor", select(Notice).where(Notice.kind == "sequence.told").order_by(Notice.at))
    return list(dict.fromkeys(notice.values["title"] for notice in found))


async def a_task_and_the_sequence(cast: Any) -> tuple[Any, Any]:
    ada, luis = await cast.browser("harbor", "ada"), await cast.browser("harbor", "luis")
    [row] = await rows(cast, "harbor", select(Sequence).where(Sequence.name == "overdue"))
    assert (await ada.post(f"/admin/sequences/{row.id}/on")).status_code == 303
    lead = await a_lead(cast)
    due = (clock.now() + HOUR).astimezone().strftime("%Y-%m-%dT%H:%M")
    added = await luis.post(f"/agent/leads/{lead.id}/tasks", {"title": "Send the papers", "due_at": _local(due)})
    assert added.status_code in (200, 204, 303), added.text
    return ada, luis


def _local(due: str) -> str:
    """The form speaks Eastern time."""
    return (datetime.fromisoformat(due) - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M")


async def days_pass(cast: Any, hours: int) -> None:
    for hour in range(0, hours, 2):
        with at(AFTERNOON + hour * HOUR):
            await leave(cast)


async def test_a_task_that_stays_undone_goes_up_twice(cast: Any) -> None:
    with at():
        ada, luis = await a_task_and_the_sequence(cast)
    await days_pass(cast, 24)
    assert await titles(cast) == []
    await days_pass(cast, 48)
    assert await titles(cast) == [FIRST]
    await days_pass(cast, 24 * 5)
    assert await titles(cast) == [FIRST, SECOND]
    with at(AFTERNOON + 5 * DAY):
        assert FIRST in (await ada.get("/notices")).text
        assert FIRST not in (await luis.get("/notices")).text  # hands no leads out


async def test_a_task_that_was_done_in_time_or_after_the_first_word_says_no_more(cast: Any) -> None:
    with at():
        _, luis = await a_task_and_the_sequence(cast)
    await days_pass(cast, 48)
    [task] = await rows(cast, "harbor", select(Task).where(Task.title == "Send the papers"))
    with at(AFTERNOON + 2 * DAY):
        assert (await luis.post(f"/agent/tasks/{task.id}/done")).status_code in (200, 204, 303)
    await days_pass(cast, 24 * 6)
    assert await titles(cast) == [FIRST]


@pytest.mark.parametrize("slug", ["harbor", "summit", "keystone", "willow"])
async def test_every_kind_of_business_can_have_it(cast: Any, slug: str) -> None:
    [row] = await rows(cast, slug, select(Sequence).where(Sequence.name == "overdue"))
    ada = await cast.browser(slug, "ada")
    assert (await ada.post(f"/admin/sequences/{row.id}/on")).status_code == 303
    [row] = await rows(cast, slug, select(Sequence).where(Sequence.name == "overdue"))
    assert row.state == "on"
