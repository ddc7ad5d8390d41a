"""Settings: pipelines and their stages, and why leads are lost."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import fields, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries, service
from app.leads.models import Pipeline, Stage
from app.leads.models.fields import STAGE_KINDS, Reason
from app.leads.queries import PipelineLines, Use
from app.leads.service import StageValues
from themes.catalogue import say

STAGES, REASONS = "/admin/stages", "/admin/reasons"
CONFIGURE = {"permission": "leads.configure"}


class StagesPage(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    lines: list[PipelineLines]
    kinds: dict[str, str]
    labels: dict[str, str]
    typed: str


class StagePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one stage; `others` are where its leads can go when it is retired, `uses` what speaks of it."""

    url: str
    pipeline: Pipeline
    stage: Stage | None
    typed: dict[str, Any]
    kinds: tuple[tuple[str, str], ...]
    choices: list[tuple[str, str]]
    others: list[tuple[str, str]]
    count: int
    uses: list[Use]


class ReasonsPage(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    lines: list[tuple[Reason, int]]
    typed: str


class StageSettings(Controller):
    path = STAGES
    opt = CONFIGURE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(request, work, "leads/stages.html", await _stages(work), title=say("Stages"))

    @post("/pipelines")
    async def add_pipeline(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        label = str(given.get("label", ""))
        try:
            await service.add_pipeline(work, label)
        except Invalid as problem:
            work.expunge_all()
            context = await _stages(work, label)
            return await pages.refused(request, work, "leads/stages.html", context, problem, title=say("Stages"))
        return pages.redirect(request, STAGES, Toast(say("Pipeline added.")))

    @post("/pipelines/{pipeline_id:uuid}")
    async def change_pipeline(self, request: HttpRequest, work: WorkDep, pipeline_id: FromPath[UUID]) -> Response[Any]:
        """`label` renames it, `to` (up or down) moves it."""
        given = await pages.form(request)
        if given.get("to") in ("up", "down"):
            await service.order_pipeline(work, pipeline_id, given["to"] == "up")
        else:
            await service.rename_pipeline(work, pipeline_id, str(given.get("label", "")))
        return pages.redirect(request, STAGES, Toast(say("Saved.")))

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`pipeline` in the address says which one it belongs to."""
        pipeline = await _pipeline(work, request.query_params.get("pipeline", ""))
        context = await _stage_page(work, pipeline, None, {})
        return await pages.page(request, work, "leads/stage_form.html", context, title=say("New stage"))

    @post("/new")
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        pipeline = await _pipeline(work, str(given.get("pipeline", "")))
        try:
            await service.add_stage(work, pipeline.id, _values(given))
        except Invalid as problem:
            context = await _stage_page(work, pipeline, None, given)
            title = say("New stage")
            return await pages.refused(request, work, "leads/stage_form.html", context, problem, title=title)
        return pages.redirect(request, STAGES, Toast(say("Stage added.")))

    @get("/{stage_id:uuid}")
    async def edit(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[bytes]:
        pipeline, stage = await _stage(work, stage_id)
        context = await _stage_page(work, pipeline, stage, {})
        return await pages.page(request, work, "leads/stage_form.html", context, title=stage.label)

    @post("/{stage_id:uuid}")
    async def change(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        pipeline, stage = await _stage(work, stage_id)
        try:
            await service.edit_stage(work, stage_id, _values(given))
        except Invalid as problem:
            return await _refused(request, work, pipeline, stage, given, problem)
        return pages.redirect(request, STAGES, Toast(say("Saved.")))

    @post("/{stage_id:uuid}/move")
    async def move(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await service.order_stage(work, stage_id, given.get("to") == "up")
        return pages.redirect(request, STAGES)

    @post("/{stage_id:uuid}/retire")
    async def retire(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[Any]:
        """`to` is where its leads go."""
        given = await pages.form(request)
        pipeline, stage = await _stage(work, stage_id)
        try:
            await service.retire_stage(work, stage_id, _uuid(given.get("to")))
        except Invalid as problem:
            return await _refused(request, work, pipeline, stage, {}, problem)
        return pages.redirect(request, STAGES, Toast(say("“%(stage)s” is retired.", stage=stage.label)))

    @post("/{stage_id:uuid}/restore")
    async def restore(self, request: HttpRequest, work: WorkDep, stage_id: FromPath[UUID]) -> Response[Any]:
        stage = await service.restore_stage(work, stage_id)
        return pages.redirect(request, STAGES, Toast(say("“%(stage)s” is back.", stage=stage.label)))


class ReasonSettings(Controller):
    path = REASONS
    opt = CONFIGURE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = ReasonsPage(url=REASONS, lines=await queries.reasons(work), typed="")
        return await pages.page(request, work, "leads/reasons.html", context, title=say("Reasons"))

    @post("/")
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        return await _reason(request, work, service.add_reason(work, str(given.get("label", ""))), given)

    @post("/{name:str}")
    async def change(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        """`label` renames it; `to` up or down moves, retired or offered says whether it can be chosen."""
        given = await pages.form(request)
        to = given.get("to", "")
        if to in ("up", "down"):
            deed = service.order_reason(work, name, to == "up")
        elif to in ("retired", "offered"):
            deed = service.retire_reason(work, name, retired=to == "retired")
        else:
            deed = service.rename_reason(work, name, str(given.get("label", "")))
        return await _reason(request, work, deed, {})


async def _reason(request: HttpRequest, work: Work, deed: Any, given: dict[str, Any]) -> Response[Any]:
    try:
        await deed
    except Invalid as problem:
        context = ReasonsPage(url=REASONS, lines=await queries.reasons(work), typed=str(given.get("label", "")))
        return await pages.refused(request, work, "leads/reasons.html", context, problem, title=say("Reasons"))
    return pages.redirect(request, REASONS, Toast(say("Saved.")))


async def _stages(work: Work, typed: str = "") -> StagesPage:
    known = await fields.registry(work, "lead")
    return StagesPage(
        url=STAGES,
        lines=await queries.pipeline_lines(work),
        kinds=dict(STAGE_KINDS),
        labels={field.name: field.label for field in known},
        typed=typed,
    )


async def _refused(
    request: HttpRequest, work: Work, pipeline: Pipeline, stage: Stage, given: dict[str, Any], problem: Invalid
) -> Response[bytes]:
    context = await _stage_page(work, pipeline, stage, given)
    return await pages.refused(request, work, "leads/stage_form.html", context, problem, title=stage.label)


async def _stage_page(work: Work, pipeline: Pipeline, stage: Stage | None, given: dict[str, Any]) -> StagePage:
    known = await fields.registry(work, "lead")
    lines = next(one for one in await queries.pipeline_lines(work) if one.pipeline.id == pipeline.id)
    typed = given or (msgspec.structs.asdict(_of(stage)) if stage else {"kind": "open"})
    return StagePage(
        url=STAGES,
        pipeline=pipeline,
        stage=stage,
        typed=typed,
        kinds=STAGE_KINDS,
        choices=[(field.name, field.label) for field in known if field.writable],
        others=[(str(one.stage.id), one.stage.label) for one in lines.stages if not stage or one.stage.id != stage.id],
        count=next((one.count for one in lines.stages if stage and one.stage.id == stage.id), 0),
        uses=[use for use in await queries.uses(work, stage.name) if use.label != stage.name] if stage else [],
    )


def _of(stage: Stage) -> StageValues:
    return StageValues(**{name: getattr(stage, name) for name in StageValues.__struct_fields__})


def _values(given: dict[str, Any]) -> StageValues:
    wanted = given.get("required_fields", [])
    limit = str(given.get("age_limit_days", ""))
    return StageValues(
        label=str(given.get("label", "")),
        kind=str(given.get("kind", "")),
        probability=_whole(str(given.get("probability", "")) or "0", -1),
        age_limit_days=_whole(limit, -1) if limit else None,
        required_fields=[wanted] if isinstance(wanted, str) and wanted else list(wanted),
    )


def _whole(text: str, otherwise: int) -> int:
    text = text.strip().rstrip("%").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


async def _pipeline(work: Work, text: str) -> Pipeline:
    known = await queries.pipelines(work)
    found = next((one for one in known if text in (str(one.id), one.name)), known[0] if known and not text else None)
    if found is None:
        raise NotFound
    return found


async def _stage(work: Work, stage_id: UUID) -> tuple[Pipeline, Stage]:
    for lines in await queries.pipeline_lines(work):
        for line in lines.stages:
            if line.stage.id == stage_id:
                return lines.pipeline, line.stage
    raise NotFound


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise NotFound from None


HANDLERS: list[Any] = [StageSettings, ReasonSettings]
