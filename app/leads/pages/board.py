"""The board: one column a stage, cards that move by a plain form (dragging only makes it quicker)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, config, pages
from app.core.errors import Conflict, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.forms import Address
from app.leads.models import Pipeline
from app.leads.pages.clashes import Clash, conflict, stage_clash
from app.leads.pages.lead import stage_view
from app.leads.queries import Column, LeadPage, View
from themes.catalogue import say

BOARD = "/agent/board"
DEEPEST = 200  # cards of one column that a refresh brings back


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """All columns of one pipeline. `at` is the phone's: which column is open. `told` says who was quicker."""

    address: Address
    view: View
    views: list[View]
    q: str
    pipelines: list[Pipeline]
    pipeline: Pipeline
    columns: list[Column]
    at: str
    thresholds: list[int]
    now: datetime
    may_edit: bool
    told: str


class CardsPage(msgspec.Struct, frozen=True, kw_only=True):
    """More cards of one column."""

    address: Address
    column: Column
    columns: list[tuple[str, str]]
    thresholds: list[int]
    now: datetime
    may_edit: bool


class BoardPages(Controller):
    path = BOARD
    opt = {"permission": "leads.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Filters are those of the list; sorted by score unless told otherwise."""
        given = _given(request)
        try:
            context = await _board(work, given)
        except Invalid:
            return pages.redirect(request, BOARD)  # type: ignore[return-value]
        return await pages.page(
            request, work, "leads/board.html", context, title=say("Board"), fragment="leads/_board.html"
        )

    @post("/{lead_id:uuid}", opt={"permission": "leads.edit"})
    async def move(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Drop a card: `stage` is where, `seen` where it was taken up, `board` the query of the page's address.

        Answers with the columns as they are now: 200 moved, 409 somebody was quicker, 422 with the sheet of what
        the stage demands. A plain form is sent on instead.
        """
        given = await pages.form(request)
        board, name = str(given.pop("board", "")), str(given.pop("stage", ""))
        it = await queries.lead_page(work, work.person, lead_id)
        clash = await stage_clash(work, it, given)
        if clash is not None:
            return await _lost(request, work, it, clash, board)
        back = f"{BOARD}?{board}" if board else BOARD
        try:
            lead = await service.change_stage(work, lead_id, name, given)
        except Invalid as problem:
            context = await stage_view(work, it, name, given, back)
            title, fragment = f"{it.contact.name} · {context.label}", "leads/_stage.html"
            return await pages.refused(
                request, work, "leads/stage.html", context, problem, title=title, fragment=fragment
            )
        label = next(stage.label for stage in it.stages if stage.id == lead.stage_id)
        toast = Toast(say("Moved to %(stage)s.", stage=label), f"{forms.LIST}/undo/{work.trace}")
        if not is_htmx(request):
            return pages.redirect(request, pages.safe_next(back, BOARD), toast)
        columns = await _board(work, _read(board))
        return await pages.page(
            request, work, "leads/board.html", columns, title=say("Board"), fragment="leads/_board.html", toast=toast
        )

    @get("/{stage_id:uuid}")
    async def more(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[bytes]:
        """The next cards of one column."""
        asked = await forms.read_list(work, work.person, _given(request), path=BOARD)
        stage = next((stage for stage in await service.stages(work) if stage.id == stage_id), None)
        if stage is None:
            raise NotFound
        stages = await service.stages(work, stage.pipeline_id)
        context = CardsPage(
            address=asked.address,
            column=await queries.column(work, work.person, stage, asked.asked),
            columns=[(one.name, one.label) for one in stages],
            thresholds=list(await config.get(work, "score_thresholds")),
            now=clock.now(),
            may_edit=work.person.may("leads.edit"),
        )
        title = say("%(name)s · Board", name=stage.label)
        return await pages.page(request, work, "leads/cards.html", context, title=title, fragment="leads/_cards.html")


def _given(request: HttpRequest) -> dict[str, Any]:
    return _sorted(dict(request.query_params))


def _read(query: str) -> dict[str, Any]:
    return _sorted(dict(parse_qsl(query)))


def _sorted(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "sort": given.get("sort") or "-score"}


async def _board(work: Work, given: Mapping[str, Any], told: str = "") -> BoardPage:
    """`deep` says how many cards of which columns are open: `new.75,won.50`."""
    asked = await forms.read_list(work, work.person, given, path=BOARD)
    known = await queries.pipelines(work)
    pipeline = next((one for one in known if one.name == given.get("pipeline")), known[0])
    wanted = msgspec.structs.replace(asked.asked, cursor="")
    columns = await queries.board(work, work.person, pipeline.id, wanted, _depths(given.get("deep", "")))
    at = given.get("at", "")
    kept = {"pipeline": pipeline.name if pipeline is not known[0] else "", "at": at}
    return BoardPage(
        address=Address(BOARD, asked.address.params | kept),
        view=asked.view,
        views=asked.views,
        q=asked.q,
        pipelines=known,
        pipeline=pipeline,
        columns=columns,
        at=at if at in {column.stage.name for column in columns} else columns[0].stage.name if columns else "",
        thresholds=list(await config.get(work, "score_thresholds")),
        now=clock.now(),
        may_edit=work.person.may("leads.edit"),
        told=told,
    )


def _depths(text: str) -> dict[str, int]:
    pairs = [part.rpartition(".") for part in text.split(",")[:30]]
    return {name: min(DEEPEST, int(count)) for name, _, count in pairs if count.isascii() and count.isdigit()}


async def _lost(request: HttpRequest, work: Work, it: LeadPage, clash: Clash, board: str) -> Response[Any]:
    """Somebody moved it first: the card goes to where it really is, and the page says who did it."""
    if not is_htmx(request):
        return await conflict(request, work, clash)
    work.abandon()
    told = say("%(who)s moved %(name)s to %(stage)s.", who=clash.who, name=it.contact.name, stage=clash.theirs)
    columns = await _board(work, _read(board), told)
    return await pages.page(
        request,
        work,
        "leads/board.html",
        columns,
        title=say("Board"),
        fragment="leads/_board.html",
        status=Conflict.status,
    )
