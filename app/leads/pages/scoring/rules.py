"""The rules as sentences beside what is live, with a real lead under both, line by line; the draft's way to going live."""

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
from app.leads import queries, service
from app.leads.models import ScoreSet
from app.leads.models.scoring import Rule, Score, Written, read_written
from app.leads.pages.scoring.rule import save
from app.leads.pages.scoring.words import CATEGORY_LABELS, PATH, whole
from app.leads.queries import Effect, LeadPage
from app.leads.queries.listing import Asked, LeadRow
from themes.catalogue import say
from themes.terms import worded


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


class ScoringPages(Controller):
    path = PATH
    opt = {"permission": "leads.configure"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`lead` in the address says which lead stands beside; else the newest one. `q` looks for one."""
        context = await _page(work, request.query_params.get("lead", ""), request.query_params.get("q", ""))
        return await pages.page(request, work, "leads/scoring.html", context, title=say("Scoring"))

    @post("/")
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await save(request, work, None)

    @get("/effect")
    async def effect(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Reads many leads, so it comes after the page."""
        return await pages.page(
            request,
            work,
            "leads/scoring_effect.html",
            EffectPage(effect=await _effect(work), url=PATH),
            title=say("What the draft changes · Scoring"),
            fragment="leads/_scoring_effect.html",
        )

    @post("/publish")
    async def publish(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        before = await queries.score_set(work, "live")
        made = await service.publish_scoring(work)
        undo = f"{PATH}/versions/{before.version}/restore" if before and before.version != made.version else ""
        said = worded("Version %(number)s counts from now on. Open %(leads)s get their new score.", number=made.version)
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
            await service.set_thresholds(work, whole(given.get("low")) or 0, whole(given.get("high")) or 0)
        except Invalid as problem:
            context = await _page(work, "", "")
            return await pages.refused(request, work, "leads/scoring.html", context, problem, title=say("Scoring"))
        return pages.redirect(request, PATH, Toast(say("In the draft.")))


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


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None
