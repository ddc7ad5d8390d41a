"""Scoring: rules as sentences, and a real lead beside them, line by line."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import conditions, config, fields, pages
from app.core.conditions import ConditionError
from app.core.errors import Invalid, NotFound
from app.core.fields import FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.models import ScoreRule
from app.leads.models.scoring import CATEGORIES, Score
from app.leads.pages.filters import FilterForm, filter_form, part_from
from app.leads.queries import LeadPage
from app.leads.service import RuleValues

PATH = "/admin/scoring"
CATEGORY_LABELS = {
    "demographic": "Who they are",
    "behavioural": "What they did",
    "engagement": "How engaged they are",
    "completeness": "What we know",
    "geography": "Where they are",
}


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as a sentence. `broken` when its condition names something that is gone."""

    rule: ScoreRule
    sentence: str
    category: str
    touched: int
    broken: bool


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A real lead and what the rules say of it now; points by rule id, with what decay took."""

    it: LeadPage
    score: Score
    points: dict[str, int]


class ScoringPage(msgspec.Struct, frozen=True, kw_only=True):
    lines: list[RuleLine]
    example: Example | None
    thresholds: list[int]
    url: str
    lead_query: str


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one rule; `filter` builds one more part of its condition."""

    rule: ScoreRule | None
    typed: dict[str, Any]
    url: str
    categories: list[tuple[str, str]]
    moments: list[tuple[str, str]]
    where: str
    parts: list[str]
    filter: FilterForm


class ScoringPages(Controller):
    path = PATH
    opt = {"permission": "leads.configure"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`lead` in the address says which lead stands beside; else the newest one."""
        context = await _page(work, request.query_params.get("lead", ""))
        return await pages.page(request, work, "leads/scoring.html", context, title="Scoring")

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _rule_page(work, None, request.query_params)
        return await pages.page(request, work, "leads/rule.html", context, title="New rule · Scoring")

    @get("/{rule_id:uuid}")
    async def edit(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[bytes]:
        context = await _rule_page(work, await _rule(work, rule_id), request.query_params)
        return await pages.page(request, work, "leads/rule.html", context, title="Rule · Scoring")

    @post("/")
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await _save(request, work, None)

    @post("/{rule_id:uuid}")
    async def change(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        return await _save(request, work, await _rule(work, rule_id))

    @post("/{rule_id:uuid}/enable")
    async def enable(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        rule = await service.enable_rule(work, rule_id, given.get("enabled") == "1")
        word = "counts" if rule.enabled else "sleeps"
        return pages.redirect(request, PATH, Toast(f"“{rule.label}” {word} from now on."))

    @post("/{rule_id:uuid}/move")
    async def move(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await service.move_rule(work, rule_id, given.get("to") == "up")
        return pages.redirect(request, PATH)

    @post("/{rule_id:uuid}/delete")
    async def delete(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        await service.delete_rule(work, rule_id)
        return pages.redirect(request, PATH, Toast("Rule deleted."))


async def _page(work: Work, lead: str) -> ScoringPage:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    touched, zone = await queries.touched(work), ZoneInfo(await config.get(work, "zone"))
    lines = [_line(row, fieldset, zone, touched, work.person.locale) for row in await queries.rules(work)]
    return ScoringPage(
        lines=lines,
        example=await _example(work, lead),
        thresholds=list(await config.get(work, "score_thresholds")),
        url=PATH,
        lead_query=f"?lead={lead}" if lead else "",
    )


def _line(row: ScoreRule, fieldset: FieldSet, zone: ZoneInfo, touched: dict[UUID, int], locale: str) -> RuleLine:
    try:
        condition = conditions.check(row.condition, fieldset, zone=zone)
        sentence, broken = conditions.to_sentence(condition, fieldset, locale=locale, zone=zone), False
    except ConditionError as problem:
        sentence, broken = problem.detail, True
    return RuleLine(
        rule=row,
        sentence=sentence,
        category=CATEGORY_LABELS[row.category],
        touched=touched.get(row.id, 0),
        broken=broken,
    )


async def _example(work: Work, text: str) -> Example | None:
    lead_id = _uuid(text) if text else await queries.newest(work, work.person)
    if lead_id is None:
        return None
    it = await queries.lead_page(work, work.person, lead_id)
    score = await service.score_of(work, it.lead, await service.live_rules(work))
    return Example(it=it, score=score, points={str(reason.rule): reason.points for reason in score.reasons})


async def _rule(work: Work, rule_id: UUID) -> ScoreRule:
    found = next((row for row in await queries.rules(work) if row.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


async def _rule_page(work: Work, rule: ScoreRule | None, given: Any, typed: dict[str, Any] | None = None) -> RulePage:
    """The condition under way travels as `where`; `remove` takes a part of it away, a filled-in part is
    added.
    """
    fieldset, zone = (
        await fields.fill_options(work, await fields.registry(work, "lead")),
        ZoneInfo(await config.get(work, "zone")),
    )
    stored = msgspec.json.encode(rule.condition).decode() if rule else ""
    text = str(given.get("where", stored) or "")
    try:
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    except ConditionError:
        condition = conditions.EVERYTHING
    remove = str(given.get("remove", ""))
    if remove.isascii() and remove.isdigit():
        text = forms.without_part(condition, int(remove))
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    moments = [(field.name, field.label) for field in fieldset if field.type == "datetime"]
    names = ("label", "category", "points", "half_life_days", "decay_from")
    shown = {name: getattr(rule, name) if rule else "" for name in names}
    shown |= {name: given.get(name) for name in names if given.get(name) is not None}
    return RulePage(
        rule=rule,
        typed={**shown, **(typed or {})},
        url=f"{PATH}/{rule.id}" if rule else PATH,
        categories=[(name, CATEGORY_LABELS[name]) for name in CATEGORIES],
        moments=moments,
        where=text,
        parts=conditions.to_chips(condition, fieldset, locale=work.person.locale, zone=zone),
        filter=filter_form(fieldset, given, every=True),
    )


async def _save(request: HttpRequest, work: Work, rule: ScoreRule | None) -> Response[Any]:
    """Saves, unless a button took the form only one step further: `step` (choose a field, add a part)
    or `remove`.
    """
    given = _one_each(await pages.form(request))
    title = "Rule · Scoring" if rule else "New rule · Scoring"
    try:
        if given.get("step") == "field" or "remove" in given:
            context = await _rule_page(work, rule, given)
            return await pages.page(request, work, "leads/rule.html", context, title=title)
        if given.get("step") == "part":
            given["where"] = await _with_part(work, given)
            rest = {name: value for name, value in given.items() if name not in ("field", "op", "value")}
            return await pages.page(request, work, "leads/rule.html", await _rule_page(work, rule, rest), title=title)
        values = await _values(work, given)
        saved = await service.change_rule(work, rule.id, values) if rule else await service.add_rule(work, values)
    except Invalid as problem:
        context = await _rule_page(work, rule, given)
        return await pages.refused(request, work, "leads/rule.html", context, problem, title=title)
    return pages.redirect(request, PATH, Toast(f"“{saved.label}” counts from now on."))


def _one_each(posted: dict[str, Any]) -> dict[str, Any]:
    """Only the value of a part may be several."""
    return {name: value[0] if isinstance(value, list) and name != "value" else value for name, value in posted.items()}


async def _with_part(work: Work, given: dict[str, Any]) -> str:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    zone = ZoneInfo(await config.get(work, "zone"))
    values = given.get("value", [])
    part = part_from(
        str(given.get("field", "")),
        str(given.get("op", "")),
        values if isinstance(values, list) else [values],
    )
    before = conditions.parse_json(str(given.get("where") or ""), fieldset, searching=False, zone=zone)
    text = forms.with_part(before, part)
    conditions.parse_json(text, fieldset, searching=False, zone=zone)
    return text


async def _values(work: Work, given: dict[str, Any]) -> RuleValues:
    where = str(given.get("where") or "")
    if not where:
        raise Invalid([forms.FieldError("condition", "missing", "Add at least one condition.")])
    try:
        condition = msgspec.json.decode(where)
    except msgspec.DecodeError:
        condition = {}
    return RuleValues(
        label=str(given.get("label", "")),
        category=str(given.get("category", "")),
        condition=condition,
        points=_whole(given.get("points")) or 0,
        half_life_days=_whole(given.get("half_life_days")),
        decay_from=str(given.get("decay_from") or "created_at"),
    )


def _whole(text: Any) -> int | None:
    """A small whole number, also with a true minus; None for nothing, 0 for what is none."""
    typed = str(text or "").strip().replace("\u2212", "-").removeprefix("+")
    if not typed:
        return None
    return int(typed) if typed.removeprefix("-").isdecimal() and len(typed) < 6 else 0


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
