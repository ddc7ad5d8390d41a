"""Where I am: in the top bar of whoever may take leads, changed by one press."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.web import HttpRequest, WorkDep
from app.team import queries, service
from themes.catalogue import say

PRESENCE = "/agent/presence"


class PresencePage(msgspec.Struct, frozen=True):
    """Where somebody is, and since when."""

    presence: str
    since: datetime | None


class PresencePages(Controller):
    """Whoever may take leads has a presence."""

    path = PRESENCE
    opt = {"permission": "leads.claim"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await _shown(request, work)

    @post("/")
    async def change(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        await service.set_presence(work, work.person.id, given.get("state", ""))
        if request.headers.get("HX-Request") == "true":
            return await _shown(request, work)
        return pages.redirect(request, pages.safe_next(str(given.get("next") or ""), PRESENCE))


async def _shown(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = PresencePage(*await queries.presence_of(work, work.person.id))
    return await pages.page(
        request, work, "team/presence.html", context, title=say("Presence"), fragment="team/_presence.html"
    )


HANDLERS: list[Any] = [PresencePages]
