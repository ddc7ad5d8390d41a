"""Adding, changing, finishing and deleting tasks.

Events belong to the task's record (its timeline shows them), or to the task itself where it hangs on none.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import ColumnElement, func, select
from uuid_utils.compat import uuid7

from app.core import agenda, clock, events, live
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.tasks.models import KINDS, PRIORITIES, Task
from app.team import service as team
from themes.catalogue import say

LONGEST = 200
MOST_DAYS = 365
A_DAY = timedelta(days=1)


class TaskValues(msgspec.Struct, frozen=True, kw_only=True):
    """What a task says."""

    title: str
    due_at: datetime | None = None
    kind: str = "task"
    priority: int = 2
    repeat_days: int = 0
    assignee_id: UUID | None = None


async def add_task(work: Work, values: TaskValues, *, entity: str = "", entity_id: UUID | None = None) -> Task:
    """Without an assignee it is for whoever adds it. Raises Invalid."""
    given = _checked(values)
    given["assignee_id"] = values.assignee_id or work.actor.id
    return await _added(work, Task(id=uuid7(), entity=entity, entity_id=entity_id, **given))


async def _added(work: Work, task: Task) -> Task:
    task.created_by, task.created_at = work.actor.id, clock.now()
    work.add(task)
    await work.flush()
    _recorded(work, "task.added", task)
    await _remind_at_its_minute(work, task)
    return task


async def change_task(work: Work, task_id: UUID, **changes: Any) -> Task:
    """Change title, due_at, kind, priority or assignee_id. Raises NotFound, Invalid."""
    task = await locked(work, task_id)
    current = {name: getattr(task, name) for name in TaskValues.__struct_fields__}
    given = _checked(TaskValues(**{**current, **changes}))
    changed = {name: value for name, value in given.items() if value != current[name]}
    for name, value in changed.items():
        setattr(task, name, value)
    await work.flush()
    if changed:
        _recorded(work, "task.changed", task, fields=sorted(changed))
        await _plan(work, task)
    return task


async def complete(work: Work, task_id: UUID) -> Task:
    """Finishing twice does nothing. One that repeats makes the next."""
    task = await locked(work, task_id)
    if task.done_at is None:
        task.done_at, task.done_by = clock.now(), work.actor.id
        await work.flush()
        _recorded(work, "task.done", task)
        await agenda.cancel(work, _key(task))
        if task.repeat_days:
            await _again(work, task)
    return task


async def _again(work: Work, task: Task) -> None:
    """The next one, counted from when this one was due, and never in the past."""
    every, now = timedelta(days=task.repeat_days), clock.now()
    due = (task.due_at or now) + every
    while due <= now:
        due += every
    same = {name: getattr(task, name) for name in ("entity", "entity_id", "kind", "title", "priority", "repeat_days")}
    await _added(work, Task(id=_next_id(task), due_at=due, assignee_id=task.assignee_id, **same))


def _next_id(task: Task) -> UUID:
    """Known beforehand, so that reopening finds it."""
    return uuid5(task.id, f"next:{task.done_at}")


async def reopen(work: Work, task_id: UUID) -> Task:
    """Open again; the next one of a task that repeats goes, unless it is done already."""
    task = await locked(work, task_id)
    if task.done_at is not None:
        following = await work.get(Task, _next_id(task)) if task.repeat_days else None
        if following is not None and following.done_at is None:
            await delete_task(work, following.id)
        task.done_at = task.done_by = None
        await work.flush()
        _recorded(work, "task.reopened", task)
        await _plan(work, task)
    return task


async def delete_task(work: Work, task_id: UUID) -> None:
    task = await locked(work, task_id)
    _recorded(work, "task.deleted", task, title=None)
    await agenda.cancel(work, _key(task))
    await work.delete(task)
    await work.flush()


async def _plan(work: Work, task: Task) -> None:
    """The reminder at its minute, in step with the task."""
    await agenda.cancel(work, _key(task))
    await _remind_at_its_minute(work, task)


async def _remind_at_its_minute(work: Work, task: Task) -> None:
    """One whose minute is over is reminded of like any other that nobody did: a day later."""
    if task.done_at is not None or task.due_at is None or task.assignee_id is None:
        return
    if task.due_at > clock.now():
        await agenda.add(work, "tasks.remind", task.id, due=task.due_at, key=_key(task))
    else:
        await _remind_a_day_later(work, task.id, task.due_at)


async def _remind_a_day_later(work: Work, task_id: UUID, due_at: datetime) -> None:
    key = f"tasks.overdue:{task_id}:{due_at:%y%m%d%H%M%S}"
    await agenda.add(work, "tasks.overdue", task_id, due_at, due=due_at + A_DAY, key=key)


def _key(task: Task) -> str:
    return f"task:{task.id}"


async def remind(work: Work, task_id: UUID) -> None:
    """Its minute has come: whoever promised it is told, and a callback goes to the top of their queue."""
    task = await work.get(Task, task_id)
    if task is None or task.done_at is not None or task.assignee_id is None:
        return
    if task.due_at is None or task.due_at > clock.now():
        return
    if task.kind == "call" and task.entity == "lead" and task.entity_id is not None:
        await team.notify(work, "callback.due", [task.assignee_id], "lead", task.entity_id)
    else:
        await team.notify(work, "task.due", [task.assignee_id], "task", task.id, **said(task))
    live.tell(work, "tasks", task.assignee_id)
    await _remind_a_day_later(work, task.id, task.due_at)


def said(task: Task) -> dict[str, Any]:
    """What a notice of it says: its title, and whom it is about."""
    return {"title": task.title, "of": [task.entity, str(task.entity_id)] if task.entity_id else None}


async def remind_again(work: Work, task_id: UUID, due_at: datetime) -> None:
    """A day after its minute; a task that was done or moved meanwhile says nothing."""
    task = await work.get(Task, task_id)
    if task is None or task.done_at is not None or task.due_at != due_at or task.assignee_id is None:
        return
    await team.notify(work, "task.overdue", [task.assignee_id], "task", task.id, to_doer=True, **said(task))
    if task.entity and task.entity_id:
        events.record(work, "task.overdue", task.entity, task.entity_id, task=task.id)


async def locked(work: Work, task_id: UUID) -> Task:
    """The row, held until the transaction ends. Raises NotFound."""
    statement = select(Task).where(Task.id == task_id).with_for_update()
    task = (await work.scalars(statement, execution_options={"populate_existing": True})).first()
    if task is None:
        raise NotFound
    return task


def _checked(values: TaskValues) -> dict[str, Any]:
    title = " ".join(values.title.replace("\0", "").split())
    if not title:
        raise invalid("title", "Say what is to be done.", "missing")
    if len(title) > LONGEST:
        raise invalid(
            "title",
            say("This has %(count)s characters; the limit is %(limit)s. Shorten it.", count=len(title), limit=LONGEST),
            "too_long",
        )
    if values.kind not in KINDS:
        raise invalid("kind", say("Choose one of: %(choices)s.", choices=", ".join(KINDS)))
    if values.priority not in PRIORITIES:
        raise invalid("priority", "Choose High, Normal or Low.")
    if not 0 <= values.repeat_days <= MOST_DAYS:
        raise invalid("repeat_days", say("Enter a number of days up to %(most)s, or leave it empty.", most=MOST_DAYS))
    return {**msgspec.structs.asdict(values), "title": title}


def _recorded(work: Work, kind: str, task: Task, **more: Any) -> None:
    on_record = task.entity and task.entity_id
    entity, entity_id = (task.entity, task.entity_id) if on_record else ("task", task.id)
    known = {name: value for name, value in more.items() if value is not None}
    events.record(work, kind, entity, entity_id, task=task.id, **known)  # type: ignore[arg-type]
    live.tell(work, "tasks", task.assignee_id or "")


async def tasks_in_hand(work: Work, person_id: UUID) -> int:
    """Open ones of somebody who leaves."""
    return await _in_hand(work, person_id, Task.kind != "call")


async def callbacks_in_hand(work: Work, person_id: UUID) -> int:
    return await _in_hand(work, person_id, Task.kind == "call")


async def give_tasks(work: Work, from_id: UUID, to_id: UUID, limit: int) -> int:
    return await _give(work, from_id, to_id, limit, Task.kind != "call")


async def give_callbacks(work: Work, from_id: UUID, to_id: UUID, limit: int) -> int:
    return await _give(work, from_id, to_id, limit, Task.kind == "call")


async def _in_hand(work: Work, person_id: UUID, kind: ColumnElement[bool]) -> int:
    mine = (Task.assignee_id == person_id, Task.done_at.is_(None), kind)
    return await work.scalar(select(func.count()).select_from(Task).where(*mine)) or 0


async def _give(work: Work, from_id: UUID, to_id: UUID, limit: int, kind: ColumnElement[bool]) -> int:
    mine = (Task.assignee_id == from_id, Task.done_at.is_(None), kind)
    ids = (await work.scalars(select(Task.id).where(*mine).order_by(Task.id).limit(limit))).all()
    for task_id in ids:
        await change_task(work, task_id, assignee_id=to_id)
    return len(ids)
