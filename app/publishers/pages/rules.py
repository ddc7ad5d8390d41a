"""`/admin/publisher-rules`: what holds for all publishers, and which outcomes they hear of."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import service as leads
from app.publishers import forms, service
from app.publishers.models.rules import Rules
from themes.catalogue import say
from themes.terms import worded

RULES = "/admin/publisher-rules"


class RulesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`stages`: (name, what the tenant calls it), in order of its pipelines."""

    stages: list[tuple[str, str]]
    typed: Mapping[str, Any]


class RulesPages(Controller):
    path = RULES
    opt = {"permission": "publishers.manage"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        typed = _as_typed(await service.rules_of(work))
        context = RulesPage(stages=await stages(work), typed=typed)
        return await pages.page(request, work, "publishers/rules.html", context, title=worded("%(Publishers)s"))

    @post("/")
    async def change(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        typed, known = await pages.form(request), await stages(work)
        try:
            await service.change_rules(work, forms.rules(typed, [name for name, _ in known]))
        except Invalid as problem:
            context = RulesPage(stages=known, typed=typed)
            return await pages.refused(
                request, work, "publishers/rules.html", context, problem, title=worded("%(Publishers)s")
            )
        return pages.redirect(request, RULES, Toast(say("Saved. It holds from now on.")))


async def stages(work: Work) -> list[tuple[str, str]]:
    """Each stage's name once, though several pipelines may have it."""
    return list({stage.name: stage.label for stage in await leads.stages(work)}.items())


def _as_typed(rules: Rules) -> dict[str, Any]:
    return {
        "request_days": str(rules.request_days),
        "payout_day": str(rules.payout_day),
        "go_live": rules.go_live,
        "mask": "1" if rules.mask else "",
        **{f"told_{stage}": word for stage, word in rules.told.items()},
    }
