"""`/admin/screening`: law firms, and the rules for last days with their sources."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.places import states
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.screening import forms, service
from app.screening.models import Rule, Setup
from app.screening.service.setup import Firm
from themes.catalogue import say

PATH = "/admin/screening"


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`setup` None where this business asks nothing. Rules by state, corrections first."""

    setup: Setup | None
    firms: list[Firm]
    rules: list[Rule]
    states: list[str]
    typed: dict[str, Any]


class ScreeningSettings(Controller):
    path = PATH
    opt = {"permission": "screening.configure"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(request, work, "screening/settings.html", await _page(work, {}), title=say("Screening"))

    @post("/firms")
    async def keep(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            await service.keep_firms(work, forms.read_firms(given))
        except Invalid as problem:
            return await _again(request, work, given, problem)
        return pages.redirect(request, PATH, Toast(say("Law firms saved.")))

    @post("/rules")
    async def correct(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            rule = await service.correct(work, *forms.read_rule(given))
        except Invalid as problem:
            return await _again(request, work, given, problem)
        return pages.redirect(
            request, PATH, Toast(say("%(state)s corrected. Cases are computed anew.", state=rule.state))
        )


async def _page(work: Work, typed: dict[str, Any]) -> SettingsPage:
    rules = sorted(await service.rules(work), key=lambda rule: (rule.state, not rule.by, -rule.from_.toordinal()))
    return SettingsPage(
        setup=await service.setup(work),
        firms=await service.firms(work),
        rules=rules,
        states=sorted(states()),
        typed=typed,
    )


async def _again(request: HttpRequest, work: Work, given: dict[str, Any], problem: Invalid) -> Response[bytes]:
    context = await _page(work, given)
    return await pages.refused(request, work, "screening/settings.html", context, problem, title=say("Screening"))


HANDLERS: list[Any] = [ScreeningSettings]
