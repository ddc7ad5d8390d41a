"""Scoring: the draft's rules as sentences beside what is live, with a real lead under both, line by line."""

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
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.models import ScoreSet
from app.leads.models.scoring import CATEGORIES, Rule, Score, Written, read_written
from app.leads.pages.filters import FilterForm, filter_form, part_from
from app.leads.queries import Effect, LeadPage
from app.leads.queries.listing import Asked, LeadRow
from app.leads.service import RuleValues
from themes.catalogue import say

PATH = "/admin/scoring"
CATEGORY_LABELS = {
    "demographic": "Who they are",
    "behavioural": "What they did",
    "engagement": "How engaged they are",
    "completeness": "What we know",
    "geography": "Where they are",
}


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as a sentence. `broken` when its condition names something that is gone; `news` is what the draft
    makes of it: new, changed, deleted, or nothing.
    """

    rule: Written
    sentence: str
    category: str
    touched: int
    broken: bool
    news: str


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A real lead under the live rules and under the draft; points by rule id, with what decay took."""

    it: LeadPage
    live: Score
    score: Score
    live_points: dict[str, int]
    points: dict[str, int]


class ScoringPage(msgspec.Struct, frozen=True, kw_only=True):
    """`draft` is what is shown when there is one, else what is live. `q` searched for a lead, `found` are they."""

    lines: list[RuleLine]
    example: Example | None
    draft: ScoreSet | None
    live: ScoreSet | None
    versions: list[ScoreSet]
    thresholds: list[int]
    live_thresholds: list[int]
    url: str
    lead: str
    q: str
    found: list[LeadRow]


class EffectPage(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing the draft would change; None when there is none."""

    effect: Effect | None
    url: str


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one rule; `filter` builds one more part of its condition."""

    rule: Written | None
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
        """`lead` in the address says which lead stands beside; else the newest one. `q` looks for one."""
        context = await _page(work, request.query_params.get("lead", ""), request.query_params.get("q", ""))
        return await pages.page(request, work, "leads/scoring.html", context, title="Scoring")

    @get("/effect")
    async def effect(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Reads many leads, so it comes after the page."""
        return await pages.page(
            request,
            work,
            "leads/scoring_effect.html",
            EffectPage(effect=await _effect(work), url=PATH),
            title="What the draft changes · Scoring",
            fragment="leads/_scoring_effect.html",
        )

    @post("/publish")
    async def publish(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        before = await queries.score_set(work, "live")
        made = await service.publish_scoring(work)
        undo = f"{PATH}/versions/{before.version}/restore" if before and before.version != made.version else ""
        said = say("Version %(number)s counts from now on. Open leads get their new score.", number=made.version)
        return pages.redirect(request, PATH, Toast(said, undo))

    @post("/discard")
    async def discard(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        await service.discard_scoring(work)
        return pages.redirect(request, PATH, Toast(say("The draft is gone; what is live stays.")))

    @post("/versions/{version:int}/restore")
    async def restore(self, request: HttpRequest, work: WorkDep, version: FromPath[int]) -> Response[Any]:
        """Back in one click: the earlier rules go live anew."""
        made = await service.go_back_scoring(work, version)
        said = say("Version %(old)s counts again, as version %(new)s.", old=version, new=made.version)
        return pages.redirect(request, PATH, Toast(said))

    @post("/thresholds")
    async def thresholds(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            await service.set_thresholds(work, _whole(given.get("low")) or 0, _whole(given.get("high")) or 0)
        except Invalid as problem:
            context = await _page(work, "", "")
            return await pages.refused(request, work, "leads/scoring.html", context, problem, title="Scoring")
        return pages.redirect(request, PATH, Toast(say("In the draft.")))

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
        said = (
            say("“%(rule)s” counts in the draft.", rule=rule.label)
            if rule.enabled
            else say("“%(rule)s” sleeps in the draft.", rule=rule.label)
        )
        return pages.redirect(request, PATH, Toast(said))

    @post("/{rule_id:uuid}/move")
    async def move(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        place = str(given.get("place", ""))
        if given.get("to") in ("up", "down"):
            await service.move_rule(work, rule_id, given["to"] == "up")
        elif place.isascii() and place.isdigit() and len(place) < 4:
            await service.place_rule(work, rule_id, int(place))
        return pages.stay(Toast(say("In the draft."))) if is_htmx(request) else pages.redirect(request, PATH)

    @post("/{rule_id:uuid}/delete")
    async def delete(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        await service.delete_rule(work, rule_id)
        return pages.redirect(request, PATH, Toast(say("Deleted in the draft.")))


async def _page(work: Work, lead: str, q: str) -> ScoringPage:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    zone = ZoneInfo(await config.get(work, "zone"))
    live, draft = await queries.score_set(work, "live"), await queries.score_set(work, "draft")
    now = await queries.written_rules(work)
    shown = read_written(draft.rules) if draft else now
    touched, news = await queries.touched(work), _news(now, shown)
    thresholds = list(await config.get(work, "score_thresholds"))
    gone = [rule for rule in now if news.get(rule.id) == "deleted"]
    return ScoringPage(
        lines=[_line(rule, fieldset, zone, touched, news, work.person.locale) for rule in [*shown, *gone]],
        example=await _example(work, lead, shown, fieldset, zone),
        draft=draft,
        live=live,
        versions=await queries.score_versions(work),
        thresholds=list(draft.thresholds) if draft else thresholds,
        live_thresholds=thresholds,
        url=PATH,
        lead=lead,
        q=q.strip()[:80],
        found=(await queries.screen(work, work.person, Asked(q=q.strip()[:80], limit=8))).rows if q.strip() else [],
    )


def _news(live: list[Written], shown: list[Written]) -> dict[UUID, str]:
    before, after = ({rule.id: rule for rule in rules} for rules in (live, shown))
    found = {rule.id: "deleted" for rule in live if rule.id not in after}
    found |= {rule.id: "new" for rule in shown if rule.id not in before}
    return found | {rule.id: "changed" for rule in shown if rule.id in before and before[rule.id] != rule}


def _line(
    rule: Written, fieldset: FieldSet, zone: ZoneInfo, touched: dict[UUID, int], news: dict[UUID, str], locale: str
) -> RuleLine:
    try:
        condition = conditions.check(rule.condition, fieldset, zone=zone)
        sentence, broken = conditions.to_sentence(condition, fieldset, locale=locale, zone=zone), False
    except ConditionError as problem:
        sentence, broken = problem.detail, True
    return RuleLine(
        rule=rule,
        sentence=sentence,
        category=CATEGORY_LABELS[rule.category],
        touched=touched.get(rule.id, 0),
        broken=broken,
        news=news.get(rule.id, ""),
    )


def _asked(rules: list[Written], fieldset: FieldSet, zone: ZoneInfo) -> list[Rule]:
    made = (service.as_rule(rule, fieldset, zone) for rule in rules if rule.enabled)
    return [rule for rule in made if rule is not None]


async def _example(work: Work, text: str, shown: list[Written], fieldset: FieldSet, zone: ZoneInfo) -> Example | None:
    lead_id = _uuid(text) if text else await queries.newest(work, work.person)
    if lead_id is None:
        return None
    it = await queries.lead_page(work, work.person, lead_id)
    live = await service.score_of(work, it.lead, await service.live_rules(work))
    score = await service.score_of(work, it.lead, _asked(shown, fieldset, zone))
    live_points, points = ({str(reason.rule): reason.points for reason in each.reasons} for each in (live, score))
    return Example(it=it, live=live, score=score, live_points=live_points, points=points)


async def _effect(work: Work) -> Effect | None:
    draft = await queries.score_set(work, "draft")
    if draft is None:
        return None
    fieldset, zone = await fields.registry(work, "lead"), ZoneInfo(await config.get(work, "zone"))
    rules = _asked(read_written(draft.rules), fieldset, zone)
    was = list(await config.get(work, "score_thresholds"))
    return await queries.effect(work, await service.live_rules(work), rules, was, list(draft.thresholds))


async def _rule(work: Work, rule_id: UUID) -> Written:
    """As the draft has it, where there is one."""
    draft = await queries.score_set(work, "draft")
    rules = read_written(draft.rules) if draft else await queries.written_rules(work)
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


async def _rule_page(work: Work, rule: Written | None, given: Any, typed: dict[str, Any] | None = None) -> RulePage:
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


async def _save(request: HttpRequest, work: Work, rule: Written | None) -> Response[Any]:
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
    return pages.redirect(
        request, PATH, Toast(say("“%(rule)s” is in the draft. It counts once you publish.", rule=saved.label))
    )


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
