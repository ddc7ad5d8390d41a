"""Adding, changing, finishing and deleting tasks.

Events belong to the task's record (its timeline shows them), or to the task itself where it hangs on none.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, events, live
from app.core.errors import NotFound, invalid
from app.core.work import Work
from app.tasks.models import KINDS, PRIORITIES, Task

LONGEST = 200


class TaskValues(msgspec.Struct, frozen=True, kw_only=True):
    """What a task says."""

    title: str
    due_at: datetime | None = None
    kind: str = "task"
    priority: int = 2
    assignee_id: UUID | None = None


async def add_task(work: Work, values: TaskValues, *, entity: str = "", entity_id: UUID | None = None) -> Task:
    """Without an assignee it is for whoever adds it. Raises Invalid."""
    given = _checked(values)
    given["assignee_id"] = values.assignee_id or work.actor.id
    task = Task(
        id=uuid7(),
        entity=entity,
        entity_id=entity_id,
        created_by=work.actor.id,
        created_at=clock.now(),
        **given,
    )
    work.add(task)
    await work.flush()
    _recorded(work, "task.added", task)
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
    return task


async def complete(work: Work, task_id: UUID) -> Task:
    """Finishing twice does nothing."""
    task = await locked(work, task_id)
    if task.done_at is None:
        task.done_at, task.done_by = clock.now(), work.actor.id
        await work.flush()
        _recorded(work, "task.done", task)
    return task


async def reopen(work: Work, task_id: UUID) -> Task:
    task = await locked(work, task_id)
    if task.done_at is not None:
        task.done_at = task.done_by = None
        await work.flush()
        _recorded(work, "task.reopened", task)
    return task


async def delete_task(work: Work, task_id: UUID) -> None:
    task = await locked(work, task_id)
    _recorded(work, "task.deleted", task, title=None)
    await work.delete(task)
    await work.flush()


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
        raise invalid("title", f"This has {len(title)} characters; the limit is {LONGEST}. Shorten it.", "too_long")
    if values.kind not in KINDS:
        raise invalid("kind", f"Choose one of: {', '.join(KINDS)}.")
    if values.priority not in PRIORITIES:
        raise invalid("priority", "Choose High, Normal or Low.")
    return {**msgspec.structs.asdict(values), "title": title}


def _recorded(work: Work, kind: str, task: Task, **more: Any) -> None:
    on_record = task.entity and task.entity_id
    entity, entity_id = (task.entity, task.entity_id) if on_record else ("task", task.id)
    known = {name: value for name, value in more.items() if value is not None}
    events.record(work, kind, entity, entity_id, task=task.id, **known)  # type: ignore[arg-type]
    live.tell(work, "tasks", task.assignee_id or "")
