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
from app.leads import forms as lead_forms
from app.leads import queries as leads
from app.leads.pages.listing import FilterForm, filter_form, part_from
from app.leads.queries import LeadPage
from app.routing import forms, queries, service
from app.routing.models import STEPS, STRATEGIES, Choice, Decision, Rule, RuleSet, new_rule
from app.routing.models.choice import Candidate
from app.team import queries as team
from app.team.queries import MemberView

PATH = "/admin/routing"
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
    decision: Decision | None
    choice: Choice


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
    settings: dict[str, int]
    offers: dict[str, int]
    speed: tuple[int, float | None]
    may_change: bool
    now: datetime


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one rule."""

    rule: Rule
    known: bool
    url: str
    where: str
    parts: list[str]
    filter: FilterForm
    people: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    strategies: list[tuple[str, str]]
    steps: list[tuple[str, str, int | None, bool]]


class RoutingPages(Controller):
    path = PATH
    opt = SEE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`lead` in the address says which lead stands beside; else the one routed last."""
        context = await _page(work, request.query_params.get("lead", ""))
        return await pages.page(request, work, "routing/rules.html", context, title="Routing")

    @get("/rules/new", opt=CHANGE)
    async def new_rule(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _rule_page(work, new_rule(), request.query_params, known=False)
        return await pages.page(request, work, "routing/rule.html", context, title="New rule · Routing")

    @post("/rules", opt=CHANGE)
    async def add_rule(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await _save(request, work, None)

    @get("/rules/{rule_id:uuid}", opt=CHANGE)
    async def edit_rule(
        self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]
    ) -> Response[bytes]:
        context = await _rule_page(work, await _rule(work, rule_id), request.query_params)
        return await pages.page(request, work, "routing/rule.html", context, title="Rule · Routing")

    @post("/rules/{rule_id:uuid}", opt=CHANGE)
    async def change_rule(
        self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]
    ) -> Response[Any]:
        return await _save(request, work, await _rule(work, rule_id))

    @post("/rules/{rule_id:uuid}/move", opt=CHANGE)
    async def move_rule(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[None]:
        given = await pages.form(request)
        await service.move_rule(work, rule_id, -1 if given.get("to") == "up" else 1)
        return _back(request, given)

    @post("/rules/{rule_id:uuid}/delete", opt=CHANGE)
    async def delete_rule(
        self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]
    ) -> Response[None]:
        await service.remove_rule(work, rule_id)
        return _back(
            request, await pages.form(request), Toast("Out of the draft. Live rules stay until you publish.")
        )

    @post("/fallback", opt=CHANGE)
    async def change_fallback(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            wanted = forms.ids(given, "person_id")
            await service.set_fallback(work, wanted[0] if wanted else None)
        except Invalid as problem:
            return await _again(request, work, problem)
        return _back(request, given, Toast("In the draft."))

    @post("/settings", opt=CHANGE)
    async def change_settings(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Time to accept and the like; these count at once."""
        given = await pages.form(request)
        try:
            await service.change_settings(work, forms.settings_from(given, await config.get(work, "routing")))
        except Invalid as problem:
            return await _again(request, work, problem)
        return _back(request, given, Toast("Saved. This counts from now on."))

    @post("/publish", opt=CHANGE)
    async def publish(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        before = await queries.rule_set(work, "live")
        try:
            made = await service.publish(work)
        except Invalid as problem:
            return await _again(request, work, problem)
        undo = (
            f"{PATH}/versions/{before.version}/restore" if before and before.version != made.version else ""
        )
        return _back(request, given, Toast(f"Version {made.version} is live.", undo))

    @post("/discard", opt=CHANGE)
    async def discard(self, request: HttpRequest, work: WorkDep) -> Response[None]:
        await service.discard(work)
        return _back(request, await pages.form(request), Toast("The draft is gone; what is live stays."))

    @post("/versions/{version:int}/restore", opt=CHANGE)
    async def restore(self, request: HttpRequest, work: WorkDep, version: FromPath[int]) -> Response[None]:
        """Back in one click: the earlier rules go live anew."""
        made = await service.go_back(work, version)
        return _back(
            request,
            await pages.form(request),
            Toast(f"Version {version} is live again, as version {made.version}."),
        )


def _back(request: HttpRequest, given: dict[str, Any], toast: Toast | None = None) -> Response[None]:
    lead = str(given.get("lead") or "")
    return pages.redirect(request, f"{PATH}?lead={pages.quoted(lead)}" if lead else PATH, toast)


async def _again(request: HttpRequest, work: Work, problem: Invalid) -> Response[bytes]:
    context = await _page(work, "")
    return await pages.refused(request, work, "routing/rules.html", context, problem, title="Routing")


async def _page(work: Work, lead: str) -> RoutingPage:
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
        example=await _example(work, lead, draft or live, people),
        lead_query=lead,
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
                strategy=STRATEGIES[rule.strategy],
                touched=touched.get(rule.id, 0),
                broken=broken,
            )
        )
    return found


def _sentence(rule: Rule, fieldset: FieldSet, locale: str, zone: ZoneInfo) -> tuple[str, bool]:
    if not rule.when:
        return "Every lead", False
    try:
        condition = conditions.check(rule.when, fieldset, zone=zone)
    except ConditionError as problem:
        return problem.detail, True
    return conditions.to_sentence(condition, fieldset, locale=locale, zone=zone), False


async def _example(work: Work, text: str, shown: RuleSet | None, people: list[Candidate]) -> Example | None:
    lead_id = _as_id(text) if text else None
    lead = await queries.last_lead(work, lead_id)
    if lead is None:
        return None
    it = await leads.lead_page(work, work.person, lead.id)
    decision = next(iter(await queries.decisions_of(work, lead.id, 1)), None)
    return Example(it=it, decision=decision, choice=await queries.what_if(work, lead, shown, people))


def _as_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


async def _rule(work: Work, rule_id: UUID) -> Rule:
    rules, _ = queries.rules_of(await queries.rule_set(work, "draft") or await queries.rule_set(work, "live"))
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


async def _save(request: HttpRequest, work: Work, rule: Rule | None) -> Response[Any]:
    """Into the draft, unless a button took the form only one step further: `step` or `remove`."""
    given = await pages.form(request)
    title, known = ("Rule · Routing", True) if rule else ("New rule · Routing", False)
    rule_id = rule.id if rule else None
    try:
        typed = forms.rule_from(given, rule_id)
        if given.get("step") == "field" or "remove" in given:
            context = await _rule_page(work, typed, given, known=known)
            return await pages.page(request, work, "routing/rule.html", context, title=title)
        if given.get("step") == "part":
            given["where"] = await _with_part(work, given)
            rest = {name: value for name, value in given.items() if name not in ("field", "op", "value")}
            context = await _rule_page(work, forms.rule_from(rest, rule_id), rest, known=known)
            return await pages.page(request, work, "routing/rule.html", context, title=title)
        await service.save_rule(work, typed)
    except Invalid as problem:
        context = await _rule_page(work, rule or new_rule(""), given, known=known)
        return await pages.refused(request, work, "routing/rule.html", context, problem, title=title)
    return pages.redirect(request, PATH, Toast("In the draft. Publish to make it count."))


async def _with_part(work: Work, given: dict[str, Any]) -> str:
    """The condition so far with one more part. Raises Invalid."""
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    zone = ZoneInfo(await config.get(work, "zone"))
    part = part_from(str(given.get("field", "")), str(given.get("op", "")), forms.many(given, "value"))
    before = conditions.parse_json(str(given.get("where") or ""), fieldset, searching=False, zone=zone)
    text = lead_forms.with_part(before, part)
    conditions.parse_json(text, fieldset, searching=False, zone=zone)
    return text


async def _rule_page(work: Work, rule: Rule, given: Any, *, known: bool = True) -> RulePage:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    zone = ZoneInfo(await config.get(work, "zone"))
    text = str(given.get("where", msgspec.json.encode(rule.when).decode() if rule.when else "") or "")
    try:
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    except ConditionError:
        condition = conditions.EVERYTHING
    remove = str(given.get("remove", ""))
    if remove.isascii() and remove.isdigit():
        text = lead_forms.without_part(condition, int(remove))
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    members = await team.members(work)
    placed = {step.kind: (place, step.must) for place, step in enumerate(rule.steps, 1)}
    return RulePage(
        rule=rule,
        known=known,
        url=f"{PATH}/rules/{rule.id}" if known else f"{PATH}/rules",
        where=text,
        parts=conditions.to_chips(condition, fieldset, locale=work.person.locale, zone=zone),
        filter=filter_form(fieldset, given, every=True),
        people=[(str(member.id), member.name) for member in members],
        teams=[(str(one.id), one.name) for one, _ in await team.teams(work)],
        roles=list({member.role: (member.role, member.role_label) for member in members}.values()),
        strategies=list(STRATEGIES.items()),
        steps=sorted(
            ((kind, words, *placed.get(kind, (None, False))) for kind, words in STEPS.items()),
            key=lambda step: step[2] or len(STEPS) + 1,
        ),
    )
