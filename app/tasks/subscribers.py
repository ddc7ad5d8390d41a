"""Tasks tell whoever does them when they are given. Their minute, and the day after it: see `jobs`."""

from uuid import UUID

from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.tasks import service
from app.tasks.models import Task
from app.team import service as team


@events.after("task.added", "task.changed", "task.reopened")
async def tell_whom_it_was_given(work: Work, event: Event) -> None:
    given = event.kind == "task.added" or "assignee_id" in event.payload.get("fields", [])
    if event.actor_kind != "person" or not given:
        return
    task = await work.get(Task, UUID(event.payload["task"]))
    if task is not None and task.done_at is None and task.assignee_id not in (None, event.actor_id):
        await team.notify(work, "task.given", [task.assignee_id], "task", task.id, **service.said(task))
