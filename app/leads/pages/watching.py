"""Who else is on a lead's page, and who is writing a note there."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core.pages import page
from app.core.web import HttpRequest, WorkDep
from app.leads import queries
from app.team.service import watching
from app.team.service.watching import Watcher


class WatchingPage(msgspec.Struct, frozen=True):
    """The others here now."""

    lead_id: UUID
    others: list[Watcher]


class WatchingPages(Controller):
    """Asked by the page itself, every twenty seconds while it is in front."""

    path = "/agent/leads/{lead_id:uuid}/watching"
    opt = {"permission": "leads.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        await queries.lead(work, work.person, lead_id)
        context = WatchingPage(lead_id, await watching.look(work, "lead", lead_id))
        return await page(request, work, "leads/watching.html", context, title="", fragment="leads/_watching.html")

    @post("/")
    async def write(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[None]:
        """A note is being written."""
        await queries.lead(work, work.person, lead_id)
        await watching.look(work, "lead", lead_id, writing=True)
        return Response(None, status_code=204)

    @post("/left")
    async def leave(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[None]:
        await queries.lead(work, work.person, lead_id)
        await watching.leave(work, "lead", lead_id)
        return Response(None, status_code=204)


HANDLERS: list[Any] = [WatchingPages]
