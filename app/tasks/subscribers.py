"""Tasks tell whoever does them when they are given, and when a day has passed over them. Their minute: see `jobs`."""

from datetime import datetime, timedelta
from uuid import UUID

from app.core import agenda, events
from app.core.events import Event
from app.core.work import Work
from app.tasks.models import Task
from app.team import service as team

A_DAY = timedelta(days=1)


@events.after("task.added", "task.changed", "task.reopened")
async def watch(work: Work, event: Event) -> None:
    task = await work.get(Task, UUID(event.payload["task"]))
    if task is None or task.done_at is not None or task.assignee_id is None:
        return
    fields = event.payload.get("fields", [])
    if event.actor_kind == "person" and (event.kind == "task.added" or "assignee_id" in fields):
        await team.notify(work, "task.given", [task.assignee_id], "task", task.id, title=task.title)
    if task.due_at is not None and (event.kind != "task.changed" or "due_at" in fields):
        key = f"tasks.overdue:{task.id}:{task.due_at:%y%m%d%H%M%S}"
        await agenda.add(work, "tasks.overdue", task.id, task.due_at, due=task.due_at + A_DAY, key=key)


@agenda.job("tasks.overdue")
async def remind_again(work: Work, task_id: UUID, due_at: datetime) -> None:
    """A day later; a task that was done or moved meanwhile says nothing."""
    task = await work.get(Task, task_id)
    if task is None or task.done_at is not None or task.due_at != due_at or task.assignee_id is None:
        return
    await team.notify(work, "task.overdue", [task.assignee_id], "task", task.id, to_doer=True, title=task.title)
    if task.entity and task.entity_id:
        events.record(work, "task.overdue", task.entity, task.entity_id, task=task.id)
