"""One page for a few settings: they are shown as they stand, saved together, and refused with what was typed."""

from typing import Any, ClassVar

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say


class FewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`typed` holds what stands in the fields, by name."""

    typed: dict[str, Any]


class SettingsPage(Controller):
    """A room says where its page is and what it looks like, reads what stands, and saves what was typed."""

    opt = {"permission": "settings.manage"}
    template: ClassVar[str]
    title: ClassVar[str]  # marked with `later`

    async def standing(self, work: Work) -> dict[str, Any]:
        """What the fields hold, by name. Raises NotFound where this business has nothing of the kind."""
        raise NotImplementedError

    async def keep(self, work: Work, given: dict[str, Any]) -> bool:
        """False when nothing is new. Raises Invalid with a fault for each field."""
        raise NotImplementedError

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = FewSettings(typed=await self.standing(work))
        return await pages.page(request, work, self.template, context, title=say(self.title))

    @post("/")
    async def save(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            changed = await self.keep(work, given)
        except Invalid as problem:
            context = FewSettings(typed=given)
            return await pages.refused(request, work, self.template, context, problem, title=say(self.title))
        return pages.redirect(request, self.path, Toast(say("Saved.") if changed else say("Nothing was changed.")))
