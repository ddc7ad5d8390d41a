"""`/admin/program`: what clients may change about their deposits by themselves."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.programs import forms, service
from themes.catalogue import later, say

PATH = "/admin/program"
TITLE = later("Client changes")


class ClientChangesPage(msgspec.Struct, frozen=True, kw_only=True):
    """`typed` holds what stands in the fields, by name."""

    typed: dict[str, Any]


class ProgramSettings(Controller):
    path = PATH
    opt = {"permission": "settings.manage"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = ClientChangesPage(typed=await _standing(work))
        return await pages.page(request, work, "programs/settings.html", context, title=say(TITLE))

    @post("/")
    async def save(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            changed = await service.let_clients_change(work, forms.read_client_changes(given))
        except Invalid as problem:
            context = ClientChangesPage(typed=given)
            return await pages.refused(request, work, "programs/settings.html", context, problem, title=say(TITLE))
        return pages.redirect(request, PATH, Toast(say("Saved.") if changed else say("Nothing was changed.")))


async def _standing(work: Work) -> dict[str, Any]:
    terms = await service.terms(work)
    if terms is None:
        raise NotFound
    return dict(msgspec.to_builtins(terms.client_changes))


HANDLERS: list[Any] = [ProgramSettings]
