"""Reading tasks: my day, a record's, and how they read in a timeline."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import Select, case, func, literal, literal_column, or_, select

from app.access.models import PersonRow
from app.core import clock, events, records
from app.core.attention import Need
from app.core.events import Event
from app.core.permissions import Person
from app.core.records import Named
from app.core.timeline import TimelineItem
from app.core.work import Work
from app.tasks.models import Task
from app.team.queries import members, reach_ids
from themes.catalogue import say, say_many

When = Literal["overdue", "today", "tomorrow", "later", "someday", "done"]
SHOWN, MOST = 25, 300


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """A task with who does it and what it hangs on."""

    id: UUID
    title: str
    kind: str
    priority: int
    repeat_days: int
    due_at: datetime | None
    overdue: bool
    done_at: datetime | None
    assignee_id: UUID | None
    assignee: str
    record: Named | None


async def task(work: Work, person: Person, task_id: UUID) -> Task | None:
    """Within reach: one's own, one's team's, or everybody's; nobody's tasks belong to whoever sees what is unassigned."""
    return (await work.scalars(select(Task).where(Task.id == task_id, await _reach(work, person)))).first()


async def my_day(
    work: Work, person: Person, zone: tzinfo, *, of: UUID | None = None, team: bool = False, whole: str = ""
) -> dict[When, list[TaskView]]:
    """Open tasks by when they are due, and what was finished today: one's own, those `of` somebody, or those of
    everybody within reach. The first of each part, so that many overdue ones hide nothing of today; `whole` names
    the part that is shown to its end. Of the overdue ones the latest come first.
    """
    wanted = await _day(work, person, zone, of, team)
    part = _part(zone)
    late_first = case((part == "overdue", -func.extract("epoch", Task.due_at)))
    place = func.row_number().over(
        partition_by=part, order_by=(late_first, Task.due_at.nulls_last(), Task.priority, Task.id)
    )
    ranked = wanted.with_only_columns(Task.id, part.label("part"), place.label("place")).subquery()
    few = ranked.c.place <= case((ranked.c.part == whole, MOST), else_=SHOWN)
    ordered = select(Task, ranked.c.part).join(ranked, ranked.c.id == Task.id).where(few).order_by(ranked.c.place)
    rows = (await work.execute(ordered)).all()
    days: dict[When, list[TaskView]] = {name: [] for name in get_args(When)}
    parts = {row.Task.id: row.part for row in rows}
    for view in await views(work, [row.Task for row in rows]):
        days[parts[view.id]].append(view)
    return days


async def day_counts(
    work: Work, person: Person, zone: tzinfo, *, of: UUID | None = None, team: bool = False
) -> dict[str, int]:
    """How many tasks each part of `my_day` has in all."""
    wanted, part = await _day(work, person, zone, of, team), _part(zone)
    return dict((await work.execute(wanted.with_only_columns(part, func.count()).group_by(part))).all())


async def _day(work: Work, person: Person, zone: tzinfo, of: UUID | None, team: bool) -> Select[Any]:
    mine = select(Task).where(await _reach(work, person))
    if of is not None or not team:
        mine = mine.where(Task.assignee_id == (of or person.id))
    return mine.where(or_(Task.done_at.is_(None), Task.done_at >= _midnight(zone)))


def _midnight(zone: tzinfo) -> datetime:
    return clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _part(zone: tzinfo) -> Any:
    tomorrow = _midnight(zone) + timedelta(days=1)
    return case(
        (Task.done_at.is_not(None), literal_column("'done'")),
        (Task.due_at.is_(None), literal_column("'someday'")),
        (Task.due_at < literal(clock.now()), literal_column("'overdue'")),
        (Task.due_at < literal(tomorrow), literal_column("'today'")),
        (Task.due_at < literal(tomorrow + timedelta(days=1)), literal_column("'tomorrow'")),
        else_=literal_column("'later'"),
    )


async def assignees(work: Work, person: Person) -> list[tuple[UUID, str]]:
    """Whom this person may give tasks to: everybody on the staff within reach, oneself first."""
    ids = await reach_ids(work, person)
    found = [(one.id, one.name) for one in await members(work) if ids is None or one.id in ids]
    return sorted(found, key=lambda one: (one[0] != person.id, one[1]))


async def of_record(work: Work, entity: str, entity_id: UUID, *, open_only: bool = True) -> list[TaskView]:
    """The record was found within reach by the caller; its tasks are everybody's who sees it."""
    statement = select(Task).where(Task.entity == entity, Task.entity_id == entity_id)
    if open_only:
        statement = statement.where(Task.done_at.is_(None))
    rows = (await work.scalars(statement.order_by(Task.due_at.nulls_last(), Task.id).limit(50))).all()
    return await views(work, list(rows), with_record=False)


async def calls_due(work: Work, entity: str, entity_id: UUID, by: datetime, also: Sequence[UUID] = ()) -> list[UUID]:
    """Open tasks of a record to call by that moment, and which of `also` are open."""
    of_it = (Task.entity == entity, Task.entity_id == entity_id, Task.kind == "call", Task.done_at.is_(None))
    return list(await work.scalars(select(Task.id).where(*of_it, or_(Task.due_at <= by, Task.id.in_(also)))))


async def record_of(work: Work, task_id: UUID) -> tuple[str, UUID | None] | None:
    """What a task hangs on; None for no task."""
    row = (await work.execute(select(Task.entity, Task.entity_id).where(Task.id == task_id))).first()
    return (row.entity, row.entity_id) if row else None


async def next_due(work: Work, entity: str, entity_id: UUID) -> datetime | None:
    """When the first open task of a record is due."""
    statement = select(func.min(Task.due_at)).where(
        Task.entity == entity, Task.entity_id == entity_id, Task.done_at.is_(None)
    )
    return await work.scalar(statement)


async def overdue_count(work: Work, person: Person) -> int:
    late = (Task.assignee_id == person.id, Task.done_at.is_(None), Task.due_at < clock.now())
    return await work.scalar(select(func.count()).select_from(Task).where(*late)) or 0


async def views(work: Work, rows: list[Task], *, with_record: bool = True) -> list[TaskView]:
    """Rows with names: one read for people, one per kind of record."""
    ids = {row.assignee_id for row in rows if row.assignee_id}
    found = await work.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    people: dict[UUID, str] = dict(found.all())
    on = [(row.entity, row.entity_id) for row in rows if row.entity and row.entity_id]
    names = await records.named(work, on) if with_record else {}
    return [_view(row, people, names.get((row.entity, row.entity_id))) for row in rows]  # type: ignore[arg-type]


def _view(row: Task, people: dict[UUID, str], record: Named | None) -> TaskView:
    late = row.done_at is None and row.due_at is not None and row.due_at < clock.now()
    return TaskView(
        id=row.id,
        title=row.title,
        kind=row.kind,
        priority=row.priority,
        repeat_days=row.repeat_days,
        due_at=row.due_at,
        overdue=late,
        done_at=row.done_at,
        assignee_id=row.assignee_id,
        assignee=people.get(row.assignee_id, ""),
        record=record,  # type: ignore[arg-type]
    )


async def _reach(work: Work, person: Person) -> object:
    ids = await reach_ids(work, person)
    if ids is None:
        return Task.id.is_not(None)
    theirs = Task.assignee_id.in_(ids)
    return or_(theirs, Task.assignee_id.is_(None)) if person.unassigned else theirs


async def describe_tasks(work: Work, found: list[Event]) -> dict[UUID, TimelineItem]:
    """A task's title under who touched it; a deleted one has none any more."""
    ids = [UUID(event.payload["task"]) for event in found if "task" in event.payload]
    rows = (await work.scalars(select(Task).where(Task.id.in_(ids)))).all() if ids else []
    titles = {str(row.id): row.title for row in rows}
    return {
        event.id: TimelineItem(
            title=say(events.kind_of(event.kind).label), body=titles.get(event.payload.get("task", ""), "")
        )
        for event in found
    }


async def needs(work: Work, person: Person) -> list[Need]:
    """Overdue tasks within reach, whoever is to do them."""
    late = (Task.done_at.is_(None), Task.due_at < clock.now(), await _reach(work, person))
    count = await work.scalar(select(func.count()).select_from(Task).where(*late)) or 0
    sentence = say_many("%(count)s task is overdue", "%(count)s tasks are overdue", count)
    return [Need(sentence=sentence, count=count, url="/agent/tasks?view=team", verb=say("Look"))]
