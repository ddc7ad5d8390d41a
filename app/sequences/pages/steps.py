"""The steps of a draft: added, changed, moved, deleted, one plain form each."""

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
from app.leads.service import stages
from app.messages.queries import templates
from app.sequences import forms, queries, service
from app.sequences.models import KINDS, Sequence, Step, kind_of, read, walk
from app.sequences.pages.admin import PATH
from app.sequences.pages.asking import Asking, asking, on_the_way, with_new_part

TYPED = (
    "template",
    "refused",
    "title",
    "days",
    "priority",
    "number",
    "unit",
    "at",
    "open",
    "field",
    "value",
    "stage",
)


class StepPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one step. `after` and `branch` say where a new one goes."""

    sequence: Sequence
    step_id: str
    kind: str
    label: str
    typed: dict[str, Any]
    asking: Asking
    templates: list[tuple[str, str]]
    writable: list[tuple[str, str]]
    stages: list[tuple[str, str]]
    after: str
    branch: str
    url: str
    back: str


class StepPages(Controller):
    """`/admin/sequences/{id}/steps`."""

    path = f"{PATH}/{{sequence_id:uuid}}/steps"
    opt = {"permission": "sequences.manage"}

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        row, given = await queries.sequence(work, sequence_id), dict(request.query_params)
        context = await _context(work, row, None, given)
        return await pages.page(request, work, "sequences/step.html", context, title=f"{context.label} · {row.label}")

    @post("/")
    async def add(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        return await _save(request, work, await queries.sequence(work, sequence_id), None)

    @get("/{step_id:str}")
    async def edit(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[bytes]:
        row = await queries.sequence(work, sequence_id)
        step = _find(row, step_id)
        context = await _context(work, row, step, forms.as_typed(step))
        return await pages.page(request, work, "sequences/step.html", context, title=f"{context.label} · {row.label}")

    @post("/{step_id:str}")
    async def change(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        row = await queries.sequence(work, sequence_id)
        return await _save(request, work, row, _find(row, step_id))

    @post("/{step_id:str}/move")
    async def move(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        given = await pages.form(request)
        await service.move_step(work, sequence_id, step_id, -1 if given.get("to") == "up" else 1)
        return pages.redirect(request, f"{PATH}/{sequence_id}#step-{step_id}")

    @post("/{step_id:str}/delete")
    async def delete(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        await service.delete_step(work, sequence_id, step_id)
        return pages.redirect(request, f"{PATH}/{sequence_id}", Toast("Step deleted."))


def _find(row: Sequence, step_id: str) -> Step:
    found = next((placed.step for placed in walk(read(row.steps)) if placed.step.id == step_id), None)
    if found is None:
        raise NotFound
    return found


async def _context(work: Work, row: Sequence, step: Step | None, given: dict[str, Any]) -> StepPage:
    kind = kind_of(step) if step else str(given.get("kind", ""))
    if kind not in KINDS:
        raise NotFound
    known = await fields.registry(work, "lead")
    return StepPage(
        sequence=row,
        step_id=step.id if step else "",
        kind=kind,
        label=queries.LABELS[kind],
        typed={**dict.fromkeys(TYPED, ""), **given},
        asking=await asking(work, given, every=True),
        templates=[(each.name, each.label) for each in await templates(work, channel=kind)]
        if kind in ("email", "sms")
        else [],
        writable=[(each.name, each.label) for each in known if each.writable and not each.sensitive],
        stages=[(stage.name, stage.label) for stage in await stages(work)],
        after=str(given.get("after", "")),
        branch=str(given.get("branch", "")),
        url=f"{PATH}/{row.id}/steps" + (f"/{step.id}" if step else ""),
        back=f"{PATH}/{row.id}",
    )


async def _save(request: HttpRequest, work: Work, row: Sequence, step: Step | None) -> Response[Any]:
    given = await pages.form(request)
    try:
        if given.get("step") == "part":
            given["where"] = await with_new_part(work, given)
            given = {name: value for name, value in given.items() if name not in ("ask", "op", "value")}
        if on_the_way(given):
            context = await _context(work, row, step, given)
            return await pages.page(request, work, "sequences/step.html", context, title=context.label)
        saved = await _write(work, row, step, given)
    except Invalid as problem:
        context = await _context(work, row, step, given)
        return await pages.refused(request, work, "sequences/step.html", context, problem, title=context.label)
    return pages.redirect(request, f"{PATH}/{row.id}#step-{saved}")


async def _write(work: Work, row: Sequence, step: Step | None, given: dict[str, Any]) -> str:
    if step is not None:
        return await service.change_step(work, row.id, forms.read_step(kind_of(step), given, step.id))
    new = forms.read_step(str(given.get("kind", "")), given)
    branch = str(given.get("branch", ""))
    return await service.add_step(
        work,
        row.id,
        new,
        after=str(given.get("after", "")),
        branch=branch if branch in ("then", "otherwise") else "",
    )
