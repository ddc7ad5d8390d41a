"""All programs within reach, those that wait for something first at hand."""

import msgspec
from litestar import Controller, Response, get

from app.core import pages
from app.core.errors import NotFound
from app.core.web import HttpRequest, WorkDep
from app.programs import queries, service
from app.programs.queries import PAGE, ProgramRow

PATH = "/agent/programs"
SHOWN = ("", "offers", "active", "draft", "completed", "cancelled")


class ProgramsView(msgspec.Struct, frozen=True, kw_only=True):
    """One screenful."""

    rows: list[ProgramRow]
    show: str
    next_url: str


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
        rows = await queries.programs(work, work.person, show, int(before) if before.isdigit() else None)
        more = f"{PATH}?show={show}&before={rows[PAGE - 1].number}" if len(rows) > PAGE else ""
        context = ProgramsView(rows=rows[:PAGE], show=show, next_url=more)
        return await pages.page(request, work, "programs/list.html", context, title="Programs")


HANDLERS = [ProgramList]
