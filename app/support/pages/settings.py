"""`/admin/tickets`: targets, words, topics, macros, and what happens by itself."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.support import forms, service
from app.support.models import TicketSettings
from themes.catalogue import say

PATH = "/admin/tickets"


class SettingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as they stand, targets as people write them; `typed` is what was refused."""

    settings: TicketSettings
    spans: dict[str, str]
    hours: dict[str, list[list[str]]]
    holidays: int
    typed: dict[str, Any]


class TicketSettingsPages(Controller):
    path = PATH
    opt = {"permission": "tickets.manage"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(request, work, "support/settings.html", await _page(work, {}), title=say("Tickets"))

    @post("/")
    async def save(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            await service.put_settings(work, forms.read_settings(given, await service.settings(work)))
        except Invalid as problem:
            context = await _page(work, given)
            return await pages.refused(request, work, "support/settings.html", context, problem, title=say("Tickets"))
        return pages.redirect(request, PATH, Toast(say("Saved. Tickets that are open keep their targets.")))


async def _page(work: Work, typed: dict[str, Any]) -> SettingsPage:
    known, counted = await service.settings(work), await service.calendar(work)
    spans = {
        f"{one.name}-{what}": forms.as_span(getattr(one, what))
        for one in known.priorities
        for what in ("first", "resolve")
    }
    return SettingsPage(settings=known, spans=spans, hours=counted.hours, holidays=len(counted.holidays), typed=typed)


HANDLERS: list[Any] = [TicketSettingsPages]
