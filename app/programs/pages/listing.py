"""All programs within reach; first those that wait for somebody, worst on top."""

import msgspec
from litestar import Controller, Response, get

from app.core import pages
from app.core.errors import NotFound
from app.core.web import HttpRequest, WorkDep
from app.programs import queries, service
from app.programs.queries import PAGE, ProgramRow, ReturnRate
from themes.catalogue import say

PATH = "/agent/programs"
SHOWN = ("", "all", "offers", "active", "draft", "completed", "cancelled")


class ProgramsView(msgspec.Struct, frozen=True, kw_only=True):
    """One screenful."""

    rows: list[ProgramRow]
    show: str
    next_url: str
    rates: list[ReturnRate]


class ProgramList(Controller):
    """`/agent/programs`."""

    path = PATH
    opt = {"permission": "programs.view"}

    @get("/")
    async def listed(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        if await service.terms(work) is None:
            raise NotFound
        given = request.query_params
        show, before = given.get("show", ""), given.get("before", "")
        show = show if show in SHOWN else ""
        if show:
            number = int(before) if before.isdigit() else None
            rows = await queries.programs(work, work.person, "" if show == "all" else show, number)
        else:
            rows = await queries.waiting(work, work.person)
        paged = bool(show) and len(rows) > PAGE
        more = f"{PATH}?show={show}&before={rows[PAGE - 1].number}" if paged else ""
        rates = await queries.return_rates(work) if work.person.reach == "all" and not show else []
        context = ProgramsView(rows=rows[:PAGE] if paged else rows, show=show, next_url=more, rates=rates)
        return await pages.page(request, work, "programs/list.html", context, title=say("Programs"))


HANDLERS = [ProgramList]
