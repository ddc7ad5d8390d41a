"""`/admin/outcomes`, `/admin/scripts`, `/admin/goals`: how this tenant works its calls."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.calls import forms, queries, service
from app.calls.models import CHOICES, Outcome
from app.calls.pages.after import follows
from app.core import config
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries as leads
from app.leads.models.fields import lost_reasons
from app.leads.service import stages
from app.messages.service import TOKENS
from app.team.queries import members
from themes.catalogue import say

MANAGE: dict[str, Any] = {"permission": "settings.manage"}
OUTCOMES = "/admin/outcomes"


class OutcomesPage(msgspec.Struct, frozen=True, kw_only=True):
    """The buttons in their order with what each does, and those that are offered no more."""

    outcomes: list[Outcome]
    retired: list[Outcome]
    follows: dict[str, str]
    room: bool


class OutcomePage(msgspec.Struct, frozen=True, kw_only=True):
    """One button being changed. `name` is empty for a new one."""

    name: str
    outcome: Outcome
    stages: list[tuple[str, str]]
    reasons: list[tuple[str, str]]


class ScriptsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Opening words by pipeline and stage; (pipeline, its label, [(stage, label, words)])."""

    pipelines: list[tuple[str, str, list[tuple[str, str, str]]]]
    tokens: list[str]


class GoalsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Calls a day, for all and for some."""

    calls: str
    people: list[tuple[UUID, str, str]]


@get(OUTCOMES, opt=MANAGE)
async def show_outcomes(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    known, stages = await queries.outcomes(work, retired=True), await _stage_names(work)
    offered = [each for each in known if not each.retired]
    context = OutcomesPage(
        outcomes=offered,
        retired=[each for each in known if each.retired],
        follows={each.name: follows(each, stages) for each in known},
        room=len(offered) < CHOICES,
    )
    return await page(request, work, "calls/outcomes.html", context, title=say("Call outcomes"))


@get(OUTCOMES + "/{name:str}", opt=MANAGE)
async def show_outcome(request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
    """`new` for one that is not there yet."""
    context = await _outcome_page(work, name, None)
    return await page(request, work, "calls/outcome.html", context, title=context.outcome.label or say("New outcome"))


@post(OUTCOMES + "/{name:str}", opt=MANAGE)
async def write_outcome(request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
    given = await form(request)
    before = None if name == "new" else await _known(work, name)
    typed = forms.read_outcome_form(given, before)
    try:
        await service.save_outcome(work, typed)
    except Invalid as problem:
        context = await _outcome_page(work, name, typed)
        return await refused(request, work, "calls/outcome.html", context, problem, title=say("Call outcome"))
    return redirect(request, OUTCOMES, Toast(say("Saved.")))


@post(OUTCOMES + "/{name:str}/{verb:str}", opt=MANAGE)
async def change_outcome(
    request: HttpRequest, work: WorkDep, name: FromPath[str], verb: FromPath[str]
) -> Response[Any]:
    """up, down, retire, restore."""
    if verb in ("up", "down"):
        await service.move_outcome(work, name, verb == "up")
        return redirect(request, OUTCOMES)
    if verb not in ("retire", "restore"):
        raise NotFound
    await service.retire_outcome(work, name, retired=verb == "retire")
    undo = f"{OUTCOMES}/{name}/{'restore' if verb == 'retire' else 'retire'}"
    said = say("Retired. Calls that ended so keep the name.") if verb == "retire" else say("Offered again.")
    return redirect(request, OUTCOMES, Toast(said, undo))


@get("/admin/scripts", opt=MANAGE)
async def show_scripts(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await page(request, work, "calls/scripts.html", await _scripts_page(work), title=say("Opening scripts"))


@post("/admin/scripts", opt=MANAGE)
async def write_script(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await form(request)
    try:
        await service.save_script(work, forms.read_script(given))
    except Invalid as problem:
        context = await _scripts_page(work)
        return await refused(request, work, "calls/scripts.html", context, problem, title=say("Opening scripts"))
    return redirect(request, "/admin/scripts", Toast(say("Saved.")))


@get("/admin/goals", opt=MANAGE)
async def show_goals(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await page(request, work, "calls/goals.html", await _goals_page(work, {}), title=say("Daily goals"))


@post("/admin/goals", opt=MANAGE)
async def write_goals(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await form(request)
    people = [member.id for member in await members(work)]
    try:
        calls, own = forms.read_goals(given, people)
        await service.save_goals(work, calls, own)
    except Invalid as problem:
        context = await _goals_page(work, given)
        return await refused(request, work, "calls/goals.html", context, problem, title=say("Daily goals"))
    return redirect(request, "/admin/goals", Toast(say("Saved.")))


async def _known(work: Work, name: str) -> Outcome:
    found = next((each for each in await queries.outcomes(work, retired=True) if each.name == name), None)
    if found is None:
        raise NotFound
    return found


async def _stage_names(work: Work) -> dict[str, str]:
    return {stage.name: stage.label for stage in await stages(work)}


async def _outcome_page(work: Work, name: str, typed: Outcome | None) -> OutcomePage:
    empty = Outcome(name="", label="", icon="circle-dot")
    outcome = typed or (empty if name == "new" else await _known(work, name))
    reasons = await lost_reasons(work)
    return OutcomePage(
        name="" if name == "new" else name,
        outcome=outcome,
        stages=list((await _stage_names(work)).items()),
        reasons=[(one, label) for one, label, retired in reasons if not retired or one == outcome.lost_reason],
    )


async def _scripts_page(work: Work) -> ScriptsPage:
    said = {(one.pipeline, one.stage): one.text for one in await queries.scripts(work)}
    anywhere = [("", say("Any stage"), said.get(("", ""), ""))]
    found = []
    for pipeline in await leads.pipelines(work):
        lines = [
            (each.name, each.label, said.get((pipeline.name, each.name), said.get(("", each.name), "")))
            for each in await stages(work, pipeline.id)
            if each.kind in ("new", "open")
        ]
        found.append((pipeline.name, pipeline.label, lines))
    tokens = [f"{group}.{name}" for group in ("contact", "owner", "firm", "lead") for name in TOKENS[group]]
    return ScriptsPage(pipelines=[("", say("Everywhere"), anywhere), *found], tokens=tokens)


async def _goals_page(work: Work, typed: dict[str, Any]) -> GoalsPage:
    goals = await config.get(work, "call_goals")
    own = goals.get("people", {})
    return GoalsPage(
        calls=str(typed.get("calls", goals.get("calls", 0))),
        people=[
            (member.id, member.name, str(typed.get(f"goal-{member.id}", own.get(str(member.id), ""))))
            for member in await members(work)
        ],
    )


HANDLERS: list[Any] = [
    show_outcomes, show_outcome, write_outcome, change_outcome, show_scripts, write_script, show_goals, write_goals,
]  # fmt: skip
