"""The steps of a draft: added, changed, moved, deleted, one plain form each."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import drafts, fields, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads.pages.asking import Asking, asking, one_step
from app.leads.service import stages
from app.messages.queries import templates
from app.sequences import forms, queries, service
from app.sequences.models import KINDS, Sequence, Split, Step, kind_of, read, walk
from app.sequences.pages.admin import PATH
from app.sequences.pages.hooks import told_once
from app.sequences.pages.trying import Sample, Trial, sample, trial
from app.sequences.service import Tried
from themes.catalogue import say

USUAL = ("first_name", "last_name", "email", "phone", "state", "stage", "source")
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
    "who",
    "kept",
    "url",
    "fields",
)


class StepPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one step. `after` and `branch` say where a new one goes; `standing` is how many stand on it
    while it is live; `trial` shows a message as one real lead would get it. `kept`: it was typed before and not saved.
    """

    sequence: Sequence
    step_id: str
    kind: str
    label: str
    typed: dict[str, Any]
    asking: Asking
    templates: list[tuple[str, str]]
    writable: list[tuple[str, str]]
    sendable: list[tuple[str, str]]
    arms: list[tuple[str, str, str]]
    stages: list[tuple[str, str]]
    trial: Trial | None
    sample: Sample | None
    tried: Tried | None
    standing: int
    draft_key: str
    kept: bool
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
        kept = await drafts.kept(work, draft_key(row, None, str(given.get("kind", ""))))
        context = await _context(work, row, None, {**kept, "after": "", "branch": "", **given}, kept=bool(kept))
        return await _shown(request, work, context)

    @get("/trial")
    async def try_out(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[bytes]:
        """A message as the chosen lead would get it, and what the gate says about it now."""
        row, given = await queries.sequence(work, sequence_id), dict(request.query_params)
        if given.get("kind") == "webhook":
            chosen = request.query_params.getall("fields", [])
            shown = {"sample": await sample(work, row, chosen, given.get("lead", ""))}
            return await pages.page(
                request, work, "sequences/sample.html", shown, title=say("Preview"), fragment="sequences/_sample.html"
            )
        context = await trial(work, given.get("kind", ""), given.get("template", ""), given.get("lead", ""))
        return await pages.page(
            request,
            work,
            "sequences/trial.html",
            {"trial": context},
            title=say("Preview"),
            fragment="sequences/_trial.html",
        )

    @post("/")
    async def add(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        return await _save(request, work, await queries.sequence(work, sequence_id), None)

    @get("/{step_id:str}")
    async def edit(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[bytes]:
        row = await queries.sequence(work, sequence_id)
        step = _find(row, step_id)
        kept = await drafts.kept(work, draft_key(row, step, ""))
        context = await _context(work, row, step, kept or forms.as_typed(step), kept=bool(kept))
        return await _shown(request, work, context)

    @post("/undo")
    async def undo(self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID]) -> Response[Any]:
        """Takes back this person's last change of the steps; 409 when somebody else changed them since."""
        await service.undo_step(work, sequence_id)
        return _done(request, sequence_id, Toast(say("Taken back.")))

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
        """`to`: up or down within its list; else to `place` in `branch` of the step called `parent`."""
        given = await pages.form(request)
        if given.get("to") in ("up", "down"):
            await service.move_step(work, sequence_id, step_id, -1 if given["to"] == "up" else 1)
        else:
            place = str(given.get("place", ""))
            if not (place.isascii() and place.isdigit() and len(place) < 4):
                raise NotFound
            where = {name: str(given.get(name, "")) for name in ("parent", "branch")}
            await service.put_step(work, sequence_id, step_id, place=int(place), **where)
        return _done(request, sequence_id, Toast(say("Step moved."), f"{PATH}/{sequence_id}/steps/undo"), step_id)

    @post("/{step_id:str}/keep")
    async def keep(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        """`arm` wins the split, for everybody from now on; without one it splits again."""
        given = await pages.form(request)
        arm = str(given.get("arm", ""))
        row = await service.keep_arm(work, sequence_id, step_id, arm)
        split = _find(row, step_id)
        kept = split.arm(arm) if isinstance(split, Split) else None
        url = f"{PATH}/{sequence_id}/steps/{step_id}/keep"
        said = say("Everybody takes “%(arm)s” from now on.", arm=kept.label) if kept else say("It splits again.")
        return pages.redirect(request, f"{PATH}/{sequence_id}#step-{step_id}", Toast(said, url if kept else ""))

    @post("/{step_id:str}/delete")
    async def delete(
        self, request: HttpRequest, work: WorkDep, sequence_id: FromPath[UUID], step_id: FromPath[str]
    ) -> Response[Any]:
        await service.delete_step(work, sequence_id, step_id)
        return _done(request, sequence_id, Toast(say("Step deleted."), f"{PATH}/{sequence_id}/steps/undo"))


def _done(request: HttpRequest, sequence_id: UUID, toast: Toast, step_id: str = "") -> Response[Any]:
    """Told to the list that asked, which fetches itself; else the page again, at the step."""
    if not is_htmx(request):
        return pages.redirect(request, f"{PATH}/{sequence_id}" + (f"#step-{step_id}" if step_id else ""), toast)
    return pages.stay(toast)


async def _shown(
    request: HttpRequest, work: Work, context: StepPage, problem: Invalid | None = None
) -> Response[bytes]:
    """At the side of the steps, or a page of its own."""
    title = f"{context.label} · {context.sequence.label}"
    page, part = "sequences/step.html", "sequences/_step.html"
    if problem is not None:
        return await pages.refused(request, work, page, context, problem, title=title, fragment=part)
    return await pages.page(request, work, page, context, title=title, fragment=part)


def _several(given: dict[str, Any], name: str) -> list[str]:
    values = given.get(name) or []
    return list(values) if isinstance(values, list | tuple) else [str(values)]


def _find(row: Sequence, step_id: str) -> Step:
    found = next((placed.step for placed in walk(read(row.steps)) if placed.step.id == step_id), None)
    if found is None:
        raise NotFound
    return found


def draft_key(row: Sequence, step: Step | None, kind: str) -> str:
    """What is typed is kept by it: of each step that stands, and of one new step of each kind."""
    return f"sequence-step-{row.id}-{step.id if step else f'new-{kind}'}"


async def _context(
    work: Work, row: Sequence, step: Step | None, given: dict[str, Any], *, kept: bool = False
) -> StepPage:
    kind = kind_of(step) if step else str(given.get("kind", ""))
    if kind not in KINDS:
        raise NotFound
    known = await fields.registry(work, "lead")
    if kind == "webhook" and step is None and not given.get("url"):
        given = {"fields": [name for name in USUAL if known.get(name)], **given}
    return StepPage(
        sequence=row,
        step_id=step.id if step else "",
        kind=kind,
        label=say(queries.LABELS[kind]),
        typed={**dict.fromkeys(TYPED, ""), **given, "fields": _several(given, "fields")},
        asking=await asking(work, given),
        templates=[(each.name, each.label) for each in await templates(work, channel=kind)]
        if kind in ("email", "sms")
        else [],
        sendable=[(each.name, each.label) for each in known if not each.sensitive] if kind == "webhook" else [],
        writable=[(each.name, each.label) for each in known if each.writable and not each.sensitive],
        arms=forms.arm_rows(given) if kind == "split" else [],
        stages=[(stage.name, stage.label) for stage in await stages(work)],
        trial=await trial(work, kind, str(given.get("template") or ""), str(given.get("lead") or ""))
        if kind in ("email", "sms")
        else None,
        sample=await sample(work, row, _several(given, "fields"), str(given.get("lead") or ""))
        if kind == "webhook"
        else None,
        tried=await service.last_try(work, row.id, step.id) if kind == "webhook" and step else None,
        standing=await queries.standing_on(work, row, step.id) if step and row.version else 0,
        draft_key=draft_key(row, step, kind),
        kept=kept,
        after=str(given.get("after", "")),
        branch=str(given.get("branch", "")),
        url=f"{PATH}/{row.id}/steps" + (f"/{step.id}" if step else ""),
        back=f"{PATH}/{row.id}",
    )


async def _save(request: HttpRequest, work: Work, row: Sequence, step: Step | None) -> Response[Any]:
    given = await pages.form(request)
    key = draft_key(row, step, str(given.get("kind", "")))
    try:
        if given.get("step") == "fresh":
            await drafts.done(work, key)
            begin = forms.as_typed(step) or {name: given.get(name, "") for name in ("kind", "after", "branch")}
            return await _shown(request, work, await _context(work, row, step, begin))
        if (further := await one_step(work, given)) is not None:
            return await _shown(request, work, await _context(work, row, step, further))
        saved = await _write(work, row, step, given)
        await drafts.done(work, key)
    except Invalid as problem:
        context = await _context(work, row, step, given)
        return await _shown(request, work, context, problem)
    if step is None and given.get("kind") == "webhook":
        return await told_once(request, work, row, await service.secret_of(work, row.id, saved))
    return pages.redirect(request, f"{PATH}/{row.id}#step-{saved}")


async def _write(work: Work, row: Sequence, step: Step | None, given: dict[str, Any]) -> str:
    if step is not None:
        return await service.change_step(work, row.id, forms.read_step(kind_of(step), given, step.id))
    new = forms.read_step(str(given.get("kind", "")), given)
    where = {name: str(given.get(name, "")) for name in ("after", "branch")}
    return await service.add_step(work, row.id, new, **where)
