"""`/admin/routing/rules`: the form of one rule, built part by part into the draft."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads.pages.asking import Asking, as_text, asking, into_draft, rule_page
from app.routing import forms, queries, service
from app.routing.models import STEPS, STRATEGIES, Rule, new_rule
from app.team import queries as team
from themes.catalogue import say
from themes.terms import worded

PATH = "/admin/routing"


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """The form of one rule."""

    rule: Rule
    known: bool
    url: str
    asking: Asking
    people: list[tuple[str, str]]
    teams: list[tuple[str, str]]
    roles: list[tuple[str, str]]
    strategies: list[tuple[str, str]]
    steps: list[tuple[str, str, int | None, bool]]


class RulePages(Controller):
    path = f"{PATH}/rules"
    opt = {"permission": "routing.manage"}

    @get("/new")
    async def new_rule(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _shown(request, work, await _rule_page(work, new_rule(), request.query_params, known=False))

    @post("/")
    async def add_rule(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        return await _save(request, work, None)

    @get("/{rule_id:uuid}")
    async def edit_rule(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[bytes]:
        return await _shown(request, work, await _rule_page(work, await _rule(work, rule_id), request.query_params))

    @post("/{rule_id:uuid}")
    async def change_rule(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[Any]:
        return await _save(request, work, await _rule(work, rule_id))

    @post("/{rule_id:uuid}/move")
    async def move_rule(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[None]:
        """`to`: one up or down, else to `place` (a list that was dragged, which fetches itself)."""
        given = await pages.form(request)
        place = str(given.get("place", ""))
        if given.get("to") in ("up", "down"):
            await service.move_rule(work, rule_id, -1 if given["to"] == "up" else 1)
        elif place.isascii() and place.isdigit() and len(place) < 4:
            await service.place_rule(work, rule_id, int(place))
        return pages.stay(Toast(say("In the draft."))) if is_htmx(request) else back(request, given)

    @post("/{rule_id:uuid}/delete")
    async def delete_rule(self, request: HttpRequest, work: WorkDep, rule_id: FromPath[UUID]) -> Response[None]:
        await service.remove_rule(work, rule_id)
        return back(
            request, await pages.form(request), Toast(say("Out of the draft. Live rules stay until you publish."))
        )


def back(request: HttpRequest, given: dict[str, Any], toast: Toast | None = None) -> Response[None]:
    lead = str(given.get("lead") or "")
    return pages.redirect(request, f"{PATH}?lead={pages.quoted(lead)}" if lead else PATH, toast)


async def _rule(work: Work, rule_id: UUID) -> Rule:
    rules, _ = queries.rules_of(await queries.rule_set(work, "draft") or await queries.rule_set(work, "live"))
    found = next((rule for rule in rules if rule.id == rule_id), None)
    if found is None:
        raise NotFound
    return found


async def _save(request: HttpRequest, work: Work, rule: Rule | None) -> Response[Any]:
    given = await pages.form(request)

    async def shown(typed: dict[str, Any], problem: Invalid | None) -> Response[Any]:
        as_typed = forms.as_typed(typed, rule or new_rule(""))
        return await _shown(request, work, await _rule_page(work, as_typed, typed, known=rule is not None), problem)

    async def save() -> str:
        typed = forms.rule_from(given, rule.id if rule else None)
        await service.save_rule(work, typed)
        return typed.name

    return await into_draft(request, work, given, shown=shown, save=save, home=PATH)


async def _shown(request: HttpRequest, work: Work, context: RulePage, problem: Invalid | None = None) -> Response[Any]:
    title = say("%(rule)s · Routing", rule=context.rule.name) if context.known else say("New rule · Routing")
    return await rule_page(request, work, "routing/rule.html", context, problem, title=title)


async def _rule_page(work: Work, rule: Rule, given: Mapping[str, Any], *, known: bool = True) -> RulePage:
    members = await team.members(work)
    placed = {step.kind: (place, step.must) for place, step in enumerate(rule.steps, 1)}
    return RulePage(
        rule=rule,
        known=known,
        url=f"{PATH}/rules/{rule.id}" if known else f"{PATH}/rules",
        asking=await asking(work, {"where": as_text(rule.when), **given}),
        people=[(str(member.id), member.name) for member in members],
        teams=[(str(one.id), one.name) for one, _ in await team.teams(work)],
        roles=list({member.role: (member.role, member.role_label) for member in members}.values()),
        strategies=[(name, say(words)) for name, words in STRATEGIES.items()],
        steps=sorted(
            ((kind, worded(words), *placed.get(kind, (None, False))) for kind, words in STEPS.items()),
            key=lambda step: step[2] or len(STEPS) + 1,
        ),
    )
