"""`/admin/routing`: rules as sentences in order, a real lead beside them, each person's load on one line."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, conditions, config, fields, pages
from app.core.conditions import ConditionError
from app.core.errors import Invalid, NotFound
from app.core.fields import FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import queries as leads
from app.leads.queries import LeadPage
from app.leads.queries.listing import Asked, LeadRow
from app.routing import forms, queries, service
from app.routing.models import STRATEGIES, Rule, RuleSet, Told, told, told_choice
from app.routing.models.choice import Candidate
from app.routing.pages.rule import PATH, back
from app.team import queries as team
from app.team.queries import MemberView
from themes.catalogue import say
from themes.terms import worded

SEE = {"permission": "routing.view"}
CHANGE = {"permission": "routing.manage"}
MONTH = timedelta(days=30)
WEEK = timedelta(days=7)


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in words. `broken` when its condition names something that is gone."""

    rule: Rule
    sentence: str
    pool: str
    steps: list[tuple[str, bool]]
    strategy: str
    touched: int
    broken: bool


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A real lead: how it was routed, and where the rules shown here would send it now."""

    it: LeadPage
    decision: Told | None
    choice: Told
    live: Told


class SimulationPage(msgspec.Struct, frozen=True, kw_only=True):
    """The last leads one after the other, under what is live and under the draft."""

    simulation: queries.Simulation
    draft: bool


class RoutingPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page. `draft` is what is shown when there is one, else what is live."""

    lines: list[RuleLine]
    draft: RuleSet | None
    live: RuleSet | None
    fallback: UUID | None
    people: list[tuple[MemberView, Candidate, bool]]
    versions: list[RuleSet]
    example: Example | None
    lead_query: str
    q: str
    found: list[LeadRow]
    settings: dict[str, int]
    offers: dict[str, int]
    speed: tuple[int, float | None]
    may_change: bool
    now: datetime


class RoutingPages(Controller):
    path = PATH
    opt = SEE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`lead` in the address says which lead stands beside; else the one routed last."""
        context = await _page(work, request.query_params.get("lead", ""), request.query_params.get("q", ""))
        return await pages.page(request, work, "routing/rules.html", context, title=say("Routing"))

    @get("/simulation")
    async def simulation(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Reads many leads, so it comes after the page."""
        live, draft = await queries.rule_set(work, "live"), await queries.rule_set(work, "draft")
        found = await queries.simulate(work, live, draft, await queries.candidates(work, results=True))
        return await pages.page(
            request,
            work,
            "routing/simulation.html",
            SimulationPage(simulation=found, draft=draft is not None),
            title=say("Simulation · Routing"),
            fragment="routing/_simulation.html",
        )

    @post("/fallback", opt=CHANGE)
    async def change_fallback(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            wanted = forms.ids(given, "person_id")
            await service.set_fallback(work, wanted[0] if wanted else None)
        except Invalid as problem:
            return await _again(request, work, problem)
        return back(request, given, Toast(say("In the draft.")))

    @post("/settings", opt=CHANGE)
    async def change_settings(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Time to accept and the like; these count at once."""
        given = await pages.form(request)
        try:
            await service.change_settings(work, forms.settings_from(given, await config.get(work, "routing")))
        except Invalid as problem:
            return await _again(request, work, problem)
        return back(request, given, Toast(say("Saved. This counts from now on.")))

    @post("/publish", opt=CHANGE)
    async def publish(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        before = await queries.rule_set(work, "live")
        try:
            made = await service.publish(work)
        except Invalid as problem:
            return await _again(request, work, problem)
        undo = f"{PATH}/versions/{before.version}/restore" if before and before.version != made.version else ""
        return back(request, given, Toast(say("Version %(version)s is live.", version=made.version), undo))

    @post("/discard", opt=CHANGE)
    async def discard(self, request: HttpRequest, work: WorkDep) -> Response[None]:
        await service.discard(work)
        return back(request, await pages.form(request), Toast(say("The draft is gone; what is live stays.")))

    @post("/versions/{version:int}/restore", opt=CHANGE)
    async def restore(self, request: HttpRequest, work: WorkDep, version: FromPath[int]) -> Response[None]:
        """Back in one click: the earlier rules go live anew."""
        made = await service.go_back(work, version)
        return back(
            request,
            await pages.form(request),
            Toast(
                say(
                    "Version %(version)s is live again, as version %(version2)s.",
                    version=version,
                    version2=made.version,
                )
            ),
        )


async def _again(request: HttpRequest, work: Work, problem: Invalid) -> Response[bytes]:
    context = await _page(work, "")
    return await pages.refused(request, work, "routing/rules.html", context, problem, title=say("Routing"))


async def _page(work: Work, lead: str, q: str = "") -> RoutingPage:
    live, draft = await queries.rule_set(work, "live"), await queries.rule_set(work, "draft")
    rules, fallback = queries.rules_of(draft or live)
    people = await queries.candidates(work, results=True)
    members = {member.id: member for member in await team.members(work)}
    now = clock.now()
    return RoutingPage(
        lines=await _lines(work, rules, members),
        draft=draft,
        live=live,
        fallback=fallback.person_id,
        people=[(members[one.id], one, one.at_work) for one in people if one.id in members],
        versions=await queries.versions(work),
        example=await _example(work, lead, live, draft, people),
        lead_query=lead,
        q=q.strip()[:80],
        found=(await leads.screen(work, work.person, Asked(q=q.strip()[:80], limit=8))).rows if q.strip() else [],
        settings=await config.get(work, "routing"),
        offers=await queries.moves(work, now - WEEK),
        speed=await queries.speed_to_lead(work, now - WEEK),
        may_change=work.person.may("routing.manage"),
        now=now,
    )


async def _lines(work: Work, rules: list[Rule], members: dict[UUID, MemberView]) -> list[RuleLine]:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    touched = await queries.touched(work, clock.now() - MONTH)
    zone, teams = (
        ZoneInfo(await config.get(work, "zone")),
        {one.id: one.name for one, _ in await team.teams(work)},
    )
    labels = {member.role: member.role_label for member in members.values()}
    found = []
    for rule in rules:
        sentence, broken = _sentence(rule, fieldset, work.person.locale, zone)
        named = [
            *(teams[one] for one in rule.teams if one in teams),
            *(members[one].name for one in rule.people if one in members),
        ]
        found.append(
            RuleLine(
                rule=rule,
                sentence=sentence,
                pool=", ".join(named) or ", ".join(labels.get(role, role) for role in rule.roles),
                steps=[(step.kind, step.must) for step in rule.steps],
                strategy=say(STRATEGIES[rule.strategy]),
                touched=touched.get(rule.id, 0),
                broken=broken,
            )
        )
    return found


def _sentence(rule: Rule, fieldset: FieldSet, locale: str, zone: ZoneInfo) -> tuple[str, bool]:
    if not rule.when:
        return worded("Every %(lead)s"), False
    try:
        condition = conditions.check(rule.when, fieldset, zone=zone)
    except ConditionError as problem:
        return problem.detail, True
    return conditions.to_sentence(condition, fieldset, locale=locale, zone=zone), False


async def _example(
    work: Work, text: str, live: RuleSet | None, draft: RuleSet | None, people: list[Candidate]
) -> Example | None:
    lead_id = _as_id(text) if text else None
    lead = await queries.last_lead(work, work.person, lead_id)
    if lead is None:
        return None
    it = await leads.lead_page(work, work.person, lead.id)
    decision = next(iter(await queries.decisions_of(work, lead.id, 1)), None)
    now = told_choice(await queries.what_if(work, lead, live, people))
    choice = told_choice(await queries.what_if(work, lead, draft, people)) if draft else now
    return Example(it=it, decision=told(decision) if decision else None, choice=choice, live=now)


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
