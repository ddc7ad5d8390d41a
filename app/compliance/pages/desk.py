"""`/admin/compliance`: rules with their sources, what was refused, lists, and what happened with one
number.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.compliance import forms, queries, service
from app.compliance.models.tables import RefusedContact
from app.core import clock, config
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, quoted, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes import formats
from themes.catalogue import say, say_many
from themes.charts import Chart, Series
from themes.tokens import brand_of

HOME = "/admin/compliance"
VIEW: dict[str, Any] = {"permission": "compliance.view"}
MANAGE: dict[str, Any] = {"permission": "compliance.manage"}
WAYS = {"call": "Call", "sms": "Text", "email": "E-mail"}


class HomePage(msgspec.Struct, frozen=True, kw_only=True):
    """Refusals first, because they are what somebody asks about; then lists, then rules."""

    by_rule: list[queries.RefusedByRule]
    chart: Chart
    rule_choices: list[tuple[str, str]]
    channel: str
    next_url: str
    address: str
    total: int
    period: str
    refusals: list[RefusedContact]
    names: dict[UUID, str]
    picked: str
    lists: list[queries.ListView]
    stale: bool
    no_address: bool
    may_manage: bool


class RulesPage(msgspec.Struct, frozen=True):
    """All rules by state; `q` narrows."""

    groups: list[queries.StateRules]
    q: str
    corrected: set[str]


class OneRulePage(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, its versions, and the form to correct it."""

    page_of: queries.RulePage
    row: dict[str, Any]
    typed: dict[str, Any]
    today: str
    may_manage: bool
    errors: list[FieldError] = []


class NumberPage(msgspec.Struct, frozen=True, kw_only=True):
    """What happened with one number or address."""

    q: str
    history: queries.History | None
    errors: list[FieldError] = []


@get(HOME, opt=VIEW)
async def show_home(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    asked = request.query_params
    period = asked.get("period", "today") if asked.get("period") in ("today", "week", "month") else "today"
    since, picked = await _since(work, period), asked.get("rule", "")
    channel = asked.get("channel", "") if asked.get("channel") in WAYS else ""
    by_rule = await queries.refused_by_rule(work, since, channel=channel)
    cursor = asked.get("cursor", "")
    rows, following = await queries.refusals(work, since, rule_id=picked, channel=channel, cursor=cursor)
    address = f"{HOME}?period={period}&channel={channel}"
    scrubbed = await service.scrubbed_at(work)
    context = HomePage(
        by_rule=by_rule,
        rule_choices=list({line.rule_id: f"{line.whose}: {line.says}"[:90] for line in by_rule}.items()),
        chart=refused_chart(by_rule, period, address),
        channel=channel,
        address=address,
        next_url=f"{address}&rule={quoted(picked)}&cursor={quoted(following)}#refused" if following else "",
        total=sum(line.count for line in by_rule),
        period=period,
        refusals=rows,
        names=await queries.contact_names(work, [row.contact_id for row in rows]),
        picked=picked,
        lists=await queries.lists(work),
        stale=scrubbed is None or scrubbed < clock.now() - timedelta(days=31),
        no_address=not brand_of(work.tenant.brand).postal_address,
        may_manage=work.person.may("compliance.manage"),
    )
    return await page(request, work, "compliance/home.html", context, title=say("Compliance"))


def refused_chart(lines: list[queries.RefusedByRule], period: str, address: str) -> Chart:
    """The busiest rules; the rest stands in the log."""
    whole, top = sum(line.count for line in lines), lines[:8]
    when = {"today": say("today"), "week": say("in 7 days"), "month": say("in 30 days")}[period]
    title = (
        say_many("%(count)s contact refused %(when)s", "%(count)s contacts refused %(when)s", whole, when=when)
        if len(top) < 2
        else say("“%(rule)s” refused %(n)s of %(all)s", rule=top[0].says, n=top[0].count, all=whole)
    )
    return Chart(
        kind="bars",
        title=title,
        subtitle=say("Refused contacts by rule, %(when)s", when=when),
        labels=[line.says for line in top],
        head=say("Rule"),
        series=[
            Series(
                name=say("Refused"),
                values=[float(line.count) for line in top],
                urls=[f"{address}&rule={quoted(line.rule_id)}#refused" for line in top],
            )
        ],
        empty=say("Nothing was refused in this time."),
    )


async def _since(work: Work, period: str) -> datetime:
    """Midnight in the tenant's zone, or so many days before it."""
    local = clock.now().astimezone(ZoneInfo(await config.get(work, "zone")))
    days = {"today": 0, "week": 6, "month": 29}[period]
    return local.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)


@get(f"{HOME}/rules", opt=VIEW)
async def show_rules(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    q = request.query_params.get("q", "").strip()[:80]
    groups = await queries.rules_by_state(work)
    corrected = {rule.id for group in groups for rule in group.rules if rule.overridden}
    if q:
        groups = _matching(groups, q.casefold())
    context = RulesPage(groups, q, corrected)
    return await page(request, work, "compliance/rules.html", context, title=say("Rules by state"))


def _matching(groups: list[queries.StateRules], wanted: str) -> list[queries.StateRules]:
    """A state by its code or name alone, else every rule that has these letters in it."""
    if named := [group for group in groups if wanted in (group.code.casefold(), group.name.casefold())]:
        return named
    found = (
        queries.StateRules(
            group.code,
            group.name,
            [rule for rule in group.rules if wanted in f"{rule.id} {rule.whose} {rule.says} {rule.source}".casefold()],
        )
        for group in groups
    )
    return [group for group in found if group.rules]


@get(f"{HOME}/rules/{{rule_id:str}}", opt=VIEW)
async def show_rule(request: HttpRequest, work: WorkDep, rule_id: FromPath[str]) -> Response[bytes]:
    context = await _rule(work, rule_id, {})
    return await page(request, work, "compliance/rule.html", context, title=_titled(context))


@post(f"{HOME}/rules/{{rule_id:str}}", opt=MANAGE)
async def correct_rule(request: HttpRequest, work: WorkDep, rule_id: FromPath[str]) -> Response[Any]:
    given = await form(request)
    context = await _rule(work, rule_id, given)
    try:
        asked = forms.read_correction(given, context.page_of.rule)
        rule = await service.correct(work, rule_id, asked.changes, source=asked.source, effective=asked.effective)
    except Invalid as problem:
        return await refused(request, work, "compliance/rule.html", context, problem, title=_titled(context))
    return redirect(
        request,
        f"{HOME}/rules/{rule_id}",
        Toast(
            say(
                "%(whose)s: the rule is corrected from %(day)s.",
                whose=rule.whose,
                day=formats.date_in_month(asked.effective),
            )
        ),
    )


@post(f"{HOME}/rules/{{rule_id:str}}/versions/{{place:int}}/restore", opt=MANAGE)
async def restore_rule(
    request: HttpRequest, work: WorkDep, rule_id: FromPath[str], place: FromPath[int]
) -> Response[Any]:
    """Back in one click: an earlier version counts again from today, with its source."""
    rule = await service.restore_rule(work, rule_id, place)
    return redirect(
        request,
        f"{HOME}/rules/{rule_id}",
        Toast(say("%(whose)s: back to “%(rule)s”.", whose=rule.whose, rule=rule.says)),
    )


def _titled(context: OneRulePage) -> str:
    return f"{context.page_of.rule.whose}: {context.page_of.rule.says}"


async def _rule(work: Work, rule_id: str, typed: dict[str, Any]) -> OneRulePage:
    found = await queries.rule(work, rule_id)
    if found is None:
        raise NotFound
    return OneRulePage(
        page_of=found,
        row=service.as_row(found.rule),
        typed=typed,
        today=clock.now().date().isoformat(),
        may_manage=work.person.may("compliance.manage"),
    )


@get(f"{HOME}/number", opt=VIEW)
async def show_number(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    q = request.query_params.get("q", "").strip()[:120]
    if not q:
        return await page(
            request,
            work,
            "compliance/number.html",
            NumberPage(q="", history=None),
            title=say("What happened with a number"),
        )
    try:
        asked = forms.read_address(q)
    except Invalid as problem:
        return await refused(
            request,
            work,
            "compliance/number.html",
            NumberPage(q=q, history=None),
            problem,
            title=say("What happened with a number"),
        )
    context = NumberPage(q=q, history=await queries.history(work, phone=asked.phone, email=asked.email))
    return await page(request, work, "compliance/number.html", context, title=say("What happened with a number"))


HANDLERS: list[Any] = [show_home, show_rules, show_rule, correct_rule, restore_rule, show_number]
