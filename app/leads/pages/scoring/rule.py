"""One rule: its form, where its condition is built part by part, and what is done to it in the list."""

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
from app.leads.models.scoring import CATEGORIES, Written, read_written
from app.leads.pages.filters import FilterForm, filter_form, part_from
from app.leads.pages.scoring.words import CATEGORY_LABELS, PATH, whole
from app.leads.service import RuleValues
from themes.catalogue import say

TYPED = ("label", "category", "points", "half_life_days", "decay_from")


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


class RulePages(Controller):
    path = PATH
    opt = {"permission": "leads.configure"}

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _rule_page(work, None, request.query_params)
        return await pages.page(request, work, "leads/rule.html", context, title="New rule · Scoring")

    @get("/{rule_id:uuid}")
    async def edit(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[bytes]:
        context = await _rule_page(work, await _rule(work, rule_id), request.query_params)
        return await pages.page(request, work, "leads/rule.html", context, title="Rule · Scoring")

    @post("/{rule_id:uuid}")
    async def change(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        return await save(request, work, await _rule(work, rule_id))

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
    fieldset, zone = await _fields_and_zone(work)
    text, condition = _under_way(rule, given, fieldset, zone)
    shown = {name: getattr(rule, name) if rule else "" for name in TYPED}
    shown |= {name: given.get(name) for name in TYPED if given.get(name) is not None}
    return RulePage(
        rule=rule,
        typed={**shown, **(typed or {})},
        url=f"{PATH}/{rule.id}" if rule else PATH,
        categories=[(name, CATEGORY_LABELS[name]) for name in CATEGORIES],
        moments=[(field.name, field.label) for field in fieldset if field.type == "datetime"],
        where=text,
        parts=conditions.to_chips(condition, fieldset, locale=work.person.locale, zone=zone),
        filter=filter_form(fieldset, given, every=True),
    )


async def _fields_and_zone(work: Work) -> tuple[FieldSet, ZoneInfo]:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    return fieldset, ZoneInfo(await config.get(work, "zone"))


def _under_way(
    rule: Written | None, given: Any, fieldset: FieldSet, zone: ZoneInfo
) -> tuple[str, conditions.Condition]:
    """The condition as text and read; what can't be read is nothing yet."""
    text = str(given.get("where", msgspec.json.encode(rule.condition).decode() if rule else "") or "")
    try:
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    except ConditionError:
        condition = conditions.EVERYTHING
    remove = str(given.get("remove", ""))
    if remove.isascii() and remove.isdigit():
        text = forms.without_part(condition, int(remove))
        condition = conditions.parse_json(text, fieldset, searching=False, zone=zone)
    return text, condition


async def save(request: HttpRequest, work: Work, rule: Written | None) -> Response[Any]:
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
    fieldset, zone = await _fields_and_zone(work)
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
        points=whole(given.get("points")) or 0,
        half_life_days=whole(given.get("half_life_days")),
        decay_from=str(given.get("decay_from") or "created_at"),
    )
