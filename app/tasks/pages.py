"""My day and the team's: what is overdue, what is due today and tomorrow, what comes later."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import drafts, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.tasks import forms, queries, service
from app.tasks.models import PRIORITIES, Task
from app.tasks.queries import TaskView, When
from themes.catalogue import say

PATH = "/agent/tasks"
DRAFT = "task-new"
EDIT = {"permission": "tasks.edit"}


class DayPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks by when they are due: mine, the team's within reach, or one person's."""

    days: dict[When, list[TaskView]]
    counts: dict[str, int]
    empty: bool
    view: str
    of: str
    people: list[tuple[UUID, str]]
    url: str
    whole: str
    typed: dict[str, Any]
    priorities: list[tuple[int, str]]


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    """One task to change."""

    task: TaskView
    typed: dict[str, Any]
    people: list[tuple[UUID, str]]
    priorities: list[tuple[int, str]]


class TaskPages(Controller):
    path = PATH
    opt = {"permission": "tasks.view"}

    @get("/")
    async def my_day(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`view=team` for everybody within reach, `of` for one of them."""
        context = await _day(request, work, await drafts.kept(work, DRAFT))
        return await pages.page(
            request, work, "tasks/day.html", context, title=say("Tasks"), fragment="tasks/_day.html"
        )

    @post("/", opt=EDIT)
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """On no record; those on a record are added on its page."""
        given = await pages.form(request)
        try:
            values = forms.read_task(given, ZoneInfo(work.person.zone))
            await service.add_task(work, await _for_one_within_reach(work, values))
        except Invalid as problem:
            context = await _day(request, work, given)
            return await pages.refused(request, work, "tasks/day.html", context, problem, title=say("Tasks"))
        await drafts.done(work, DRAFT)
        return pages.redirect(request, await _back(request), Toast("Task added."))

    @get("/{task_id:uuid}", opt=EDIT)
    async def show(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[bytes]:
        context = await _one(work, await _reached(work, task_id), {})
        return await pages.page(
            request, work, "tasks/task.html", context, title=say("Task"), fragment="tasks/_task.html"
        )

    @post("/{task_id:uuid}", opt=EDIT)
    async def change(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        """Title, moment, kind, priority, how often; and who does it, where the form says so."""
        given, task = await pages.form(request), await _reached(work, task_id)
        try:
            values = await _for_one_within_reach(work, forms.read_task(given, ZoneInfo(work.person.zone)))
            names = ("title", "due_at", "kind", "priority", "repeat_days")
            changes = {name: getattr(values, name) for name in names}
            if values.assignee_id is not None:
                changes["assignee_id"] = values.assignee_id
            await service.change_task(work, task_id, **changes)
        except Invalid as problem:
            context = await _one(work, task, given)
            return await pages.refused(request, work, "tasks/task.html", context, problem, title=say("Task"))
        return pages.redirect(request, PATH, Toast("Saved."))

    @post("/{task_id:uuid}/done", opt=EDIT)
    async def done(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        await _reached(work, task_id)
        await service.complete(work, task_id)
        return pages.redirect(request, await _back(request), Toast("Done.", f"{PATH}/{task_id}/reopen"))

    @post("/{task_id:uuid}/reopen", opt=EDIT)
    async def reopen(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        await _reached(work, task_id)
        await service.reopen(work, task_id)
        return pages.redirect(request, await _back(request))

    @post("/{task_id:uuid}/delete", opt=EDIT)
    async def delete(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        await _reached(work, task_id)
        await service.delete_task(work, task_id)
        return pages.redirect(request, PATH, Toast(say("Task deleted.")))


async def _for_one_within_reach(work: Work, values: service.TaskValues) -> service.TaskValues:
    """Nobody gives work to people whose work they don't see. Raises NotFound."""
    if values.assignee_id is not None:
        known = {one for one, _ in await queries.assignees(work, work.person)}
        if values.assignee_id not in known:
            raise NotFound
    return values


async def _reached(work: Work, task_id: UUID) -> Task:
    found = await queries.task(work, work.person, task_id)
    if found is None:
        raise NotFound
    return found


async def _day(request: HttpRequest, work: Work, typed: dict[str, Any]) -> DayPage:
    person, asked = work.person, request.query_params
    people = await queries.assignees(work, person) if person.reach != "own" else []
    of = next((one for one, _ in people if str(one) == asked.get("of")), None)
    view = "team" if people and (of or asked.get("view") == "team") else "mine"
    team, zone, whole = view == "team", ZoneInfo(person.zone), asked.get("show", "")
    days = await queries.my_day(work, person, zone, of=of, team=team, whole=whole)
    return DayPage(
        days=days,
        counts=await queries.day_counts(work, person, zone, of=of, team=team),
        empty=not any(days.values()),
        view=view,
        of=str(of or ""),
        people=people,
        url=f"{PATH}?of={of}" if of else f"{PATH}?view=team" if team else f"{PATH}?view=mine",
        whole=whole if whole in days else "",
        typed=typed,
        priorities=list(PRIORITIES.items()),
    )


async def _one(work: Work, task: Task, typed: dict[str, Any]) -> TaskPage:
    (view,) = await queries.views(work, [task])
    due = task.due_at.astimezone(ZoneInfo(work.person.zone)).strftime("%Y-%m-%dT%H:%M") if task.due_at else ""
    shown = {
        "title": task.title,
        "due_at": due,
        "kind": task.kind,
        "priority": task.priority,
        "repeat_days": task.repeat_days or "",
        "assignee_id": task.assignee_id,
    }
    people = await queries.assignees(work, work.person) if work.person.reach != "own" else []
    return TaskPage(task=view, typed={**shown, **typed}, people=people, priorities=list(PRIORITIES.items()))


async def _back(request: HttpRequest) -> str:
    return pages.safe_next(str((await pages.form(request)).get("next") or ""), PATH)


HANDLERS: list[Any] = [TaskPages]
