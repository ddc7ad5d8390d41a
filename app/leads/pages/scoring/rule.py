"""One rule: its form, where its condition is built part by part, and what is done to it in the list."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import fields, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.models.scoring import Written, read_written
from app.leads.pages.asking import Asking, as_text, asking, into_draft, rule_page
from app.leads.pages.scoring.words import CATEGORY_LABELS, PATH, whole
from app.leads.service import RuleValues
from themes.catalogue import say

TYPED = ("label", "category", "points", "half_life_days", "decay_from")


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one rule."""

    rule: Written | None
    typed: dict[str, Any]
    url: str
    categories: list[tuple[str, str]]
    moments: list[tuple[str, str]]
    asking: Asking


class RulePages(Controller):
    path = PATH
    opt = {"permission": "leads.configure"}

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _shown(request, work, await _rule_page(work, None, request.query_params))

    @get("/{rule_id:uuid}")
    async def edit(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[bytes]:
        return await _shown(request, work, await _rule_page(work, await _rule(work, rule_id), request.query_params))

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


async def _rule_page(work: Work, rule: Written | None, given: Mapping[str, Any]) -> RulePage:
    """What was typed goes over what is written."""
    shown = {name: getattr(rule, name) if rule else "" for name in TYPED}
    fieldset = await fields.registry(work, "lead")
    return RulePage(
        rule=rule,
        typed=shown | {name: given[name] for name in TYPED if given.get(name) is not None},
        url=f"{PATH}/{rule.id}" if rule else PATH,
        categories=[(name, say(label)) for name, label in CATEGORY_LABELS.items()],
        moments=[(field.name, field.label) for field in fieldset if field.type == "datetime"],
        asking=await asking(work, {"where": as_text(rule.condition) if rule else "", **given}),
    )


async def save(request: HttpRequest, work: Work, rule: Written | None) -> Response[Any]:
    given = _one_each(await pages.form(request))

    async def shown(typed: dict[str, Any], problem: Invalid | None) -> Response[Any]:
        return await _shown(request, work, await _rule_page(work, rule, typed), problem)

    async def keep() -> str:
        values = await _values(work, given)
        saved = await service.change_rule(work, rule.id, values) if rule else await service.add_rule(work, values)
        return saved.label

    return await into_draft(request, work, given, shown=shown, save=keep, home=PATH)


async def _shown(request: HttpRequest, work: Work, context: RulePage, problem: Invalid | None = None) -> Response[Any]:
    title = say("%(rule)s · Scoring", rule=context.rule.label) if context.rule else say("New rule · Scoring")
    return await rule_page(request, work, "leads/rule.html", context, problem, title=title)


def _one_each(posted: dict[str, Any]) -> dict[str, Any]:
    """Only the value of a part may be several."""
    return {name: value[0] if isinstance(value, list) and name != "value" else value for name, value in posted.items()}


async def _values(work: Work, given: dict[str, Any]) -> RuleValues:
    where = str(given.get("where") or "")
    if not where:
        raise Invalid([forms.FieldError("condition", "missing", say("Add at least one condition."))])
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
