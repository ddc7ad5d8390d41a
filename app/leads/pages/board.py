"""The board: one column a stage, cards that move by a plain form (dragging only makes it quicker)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from app.core import clock, config, pages
from app.core.errors import Invalid, NotFound
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.forms import Address
from app.leads.models import Pipeline
from app.leads.queries import Column, View

BOARD = "/agent/board"


class BoardPage(msgspec.Struct, frozen=True, kw_only=True):
    """All columns of one pipeline. `at` is the phone's: which column is open."""

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
            asked = await forms.read_list(work, work.person, given, path=BOARD)
            context = await _board(
                work, asked, request.query_params.get("pipeline", ""), request.query_params.get("at", "")
            )
        except Invalid:
            return pages.redirect(request, BOARD)  # type: ignore[return-value]
        return await pages.page(request, work, "leads/board.html", context, title="Board", fragment="leads/_board.html")

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
        title = f"{stage.label} · Board"
        return await pages.page(request, work, "leads/cards.html", context, title=title, fragment="leads/_cards.html")


def _given(request: HttpRequest) -> dict[str, Any]:
    given = dict(request.query_params)
    return {**given, "sort": given.get("sort") or "-score"}


async def _board(work: Work, asked: forms.ListAsked, name: str, at: str) -> BoardPage:
    known = await queries.pipelines(work)
    pipeline = next((one for one in known if one.name == name), known[0])
    columns = await queries.board(work, work.person, pipeline.id, msgspec.structs.replace(asked.asked, cursor=""))
    return BoardPage(
        address=asked.address,
        view=asked.view,
        views=asked.views,
        q=asked.q,
        pipelines=known,
        pipeline=pipeline,
        columns=columns,
        at=at if at in {column.stage.name for column in columns} else columns[0].stage.name,
        thresholds=list(await config.get(work, "score_thresholds")),
        now=clock.now(),
        may_edit=work.person.may("leads.edit"),
    )
