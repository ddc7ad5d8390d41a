"""Schedules: a form, and the list with pause, send now and take away."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.reports import forms, queries, service
from app.reports.queries import REPORTS, Report, ScheduleLine
from themes.catalogue import say

PATH = "/admin/reports/schedules"


class SchedulesPage(msgspec.Struct, frozen=True):
    schedules: list[ScheduleLine]
    reports: dict[str, Report]


class SchedulePage(msgspec.Struct, frozen=True, kw_only=True):
    """`typed` is what stands in the inputs; `schedule_id` is set where one is changed."""

    typed: dict[str, Any]
    reports: list[Report]
    people: list[tuple[str, str]]
    schedule_id: UUID | None


class SchedulePages(Controller):
    path = PATH
    opt = {"permission": "reports.schedule"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = SchedulesPage(await queries.schedules(work, work.person), REPORTS)
        return await pages.page(request, work, "reports/schedules.html", context, title=say("Scheduled reports"))

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        usual = {
            "format": "pdf",
            "every": "week",
            "hour": "7",
            "weekday": "0",
            "monthday": "1",
            "recipients": [str(work.person.id)],
        }
        context = await _form(work, {**usual, **request.query_params})
        return await pages.page(request, work, "reports/schedule.html", context, title=say("Schedule a report"))

    @post("/")
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await _save(request, work, None)

    @get("/{schedule_id:uuid}")
    async def edit(self, request: HttpRequest, work: WorkDep, schedule_id: FromPath[UUID]) -> Response[bytes]:
        row = await _own(work, schedule_id)
        named = ("report", "format", "every", "hour", "weekday", "monthday", "recipients")
        typed = {name: getattr(row, name) for name in named}
        context = await _form(work, {**row.scope, **typed}, schedule_id)
        return await pages.page(request, work, "reports/schedule.html", context, title=say("Schedule a report"))

    @post("/{schedule_id:uuid}")
    async def change(self, request: HttpRequest, work: WorkDep, schedule_id: FromPath[UUID]) -> Response[Any]:
        return await _save(request, work, schedule_id)

    @post("/{schedule_id:uuid}/{verb:str}")
    async def act(
        self, request: HttpRequest, work: WorkDep, schedule_id: FromPath[UUID], verb: FromPath[str]
    ) -> Response[Any]:
        row = await queries.schedule(work, work.person, schedule_id, lock=True)
        if verb in ("pause", "resume"):
            await service.pause(work, row, paused=verb == "pause")
            undo = f"{PATH}/{row.id}/{'resume' if verb == 'pause' else 'pause'}"
            return pages.redirect(
                request, PATH, Toast(say("Paused.") if verb == "pause" else say("It runs again."), undo)
            )
        if verb == "send":
            sent = await service.send_now(work, row)
            said = (
                say("It is being made and mailed.") if sent else row.last_error or say("This period was sent already.")
            )
            return pages.redirect(request, PATH, Toast(said))
        if verb == "delete":
            await service.remove(work, row)
            return pages.redirect(request, PATH, Toast(say("Taken away. Its files stay for their time.")))
        raise NotFound


async def _own(work: Work, schedule_id: UUID) -> Any:
    """To change one is to lend it one's eyes, so that only its owner does it. Raises NotFound."""
    row = await queries.schedule(work, work.person, schedule_id, lock=True)
    if row.owner_id != work.person.id:
        raise NotFound
    return row


async def _save(request: HttpRequest, work: Work, schedule_id: UUID | None) -> Response[Any]:
    given, row = await pages.form(request), await _own(work, schedule_id) if schedule_id else None
    try:
        await service.keep_schedule(work, work.person, forms.read_schedule(given), row)
    except Invalid as problem:
        context = await _form(work, given, schedule_id)
        return await pages.refused(
            request, work, "reports/schedule.html", context, problem, title=say("Schedule a report")
        )
    return pages.redirect(request, PATH, Toast(say("Scheduled.")))


async def _form(work: Work, typed: dict[str, Any], schedule_id: UUID | None = None) -> SchedulePage:
    chosen = typed.get("recipients") or []
    typed = {**typed, "recipients": chosen if isinstance(chosen, list) else [chosen]}
    return SchedulePage(
        typed=typed, reports=list(REPORTS.values()), people=await queries.readers(work), schedule_id=schedule_id
    )
