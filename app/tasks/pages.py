"""My day: what is overdue, what is due today, what comes."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.tasks import forms, queries, service
from app.tasks.models import PRIORITIES, Task
from app.tasks.queries import TaskView, When

PATH = "/agent/tasks"
EDIT = {"permission": "tasks.edit"}


class DayPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks of one person by when they are due."""

    days: dict[When, list[TaskView]]
    empty: bool
    typed: dict[str, Any]
    priorities: list[tuple[int, str]]


class TaskPage(msgspec.Struct, frozen=True, kw_only=True):
    """One task to change."""

    task: TaskView
    typed: dict[str, Any]
    priorities: list[tuple[int, str]]


class TaskPages(Controller):
    path = PATH
    opt = {"permission": "tasks.view"}

    @get("/")
    async def my_day(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _day(work, {})
        return await pages.page(request, work, "tasks/day.html", context, title="Tasks", fragment="tasks/_day.html")

    @post("/", opt=EDIT)
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """For oneself, on no record; those on a record are added on its page."""
        given = await pages.form(request)
        try:
            await service.add_task(work, forms.read_task(given, ZoneInfo(work.person.zone)))
        except Invalid as problem:
            return await pages.refused(request, work, "tasks/day.html", await _day(work, given), problem, title="Tasks")
        return pages.redirect(request, PATH, Toast("Task added."))

    @get("/{task_id:uuid}", opt=EDIT)
    async def show(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[bytes]:
        context = await _one(work, await _reached(work, task_id), {})
        return await pages.page(request, work, "tasks/task.html", context, title="Task", fragment="tasks/_task.html")

    @post("/{task_id:uuid}", opt=EDIT)
    async def change(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        """Title, moment, kind, priority. Who does it stays."""
        given, task = await pages.form(request), await _reached(work, task_id)
        try:
            read = forms.read_task(given, ZoneInfo(work.person.zone))
            changes = {name: getattr(read, name) for name in ("title", "due_at", "kind", "priority")}
            await service.change_task(work, task_id, **changes)
        except Invalid as problem:
            context = await _one(work, task, given)
            return await pages.refused(request, work, "tasks/task.html", context, problem, title="Task")
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
        return pages.redirect(request, PATH)

    @post("/{task_id:uuid}/delete", opt=EDIT)
    async def delete(self, request: HttpRequest, work: WorkDep, task_id: FromPath[UUID]) -> Response[Any]:
        await _reached(work, task_id)
        await service.delete_task(work, task_id)
        return pages.redirect(request, PATH, Toast("Task deleted."))


async def _reached(work: Work, task_id: UUID) -> Task:
    found = await queries.task(work, work.person, task_id)
    if found is None:
        raise NotFound
    return found


async def _day(work: Work, typed: dict[str, Any]) -> DayPage:
    days = await queries.my_day(work, work.person, ZoneInfo(work.person.zone))
    return DayPage(days=days, empty=not any(days.values()), typed=typed, priorities=list(PRIORITIES.items()))


async def _one(work: Work, task: Task, typed: dict[str, Any]) -> TaskPage:
    (view,) = await queries.views(work, [task])
    due = task.due_at.astimezone(ZoneInfo(work.person.zone)).strftime("%Y-%m-%dT%H:%M") if task.due_at else ""
    shown = {"title": task.title, "due_at": due, "kind": task.kind, "priority": task.priority}
    return TaskPage(task=view, typed={**shown, **typed}, priorities=list(PRIORITIES.items()))


async def _back(request: HttpRequest) -> str:
    return pages.safe_next(str((await pages.form(request)).get("next") or ""), PATH)


HANDLERS: list[Any] = [TaskPages]
