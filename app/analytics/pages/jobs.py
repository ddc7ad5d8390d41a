"""`/admin/jobs`: what the product could not do by itself, to try again or give up."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.analytics import queries, service
from app.analytics.queries import Stuck
from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say

PATH = "/admin/jobs"


class JobsPage(msgspec.Struct, frozen=True):
    rows: list[Stuck]


class JobPages(Controller):
    path = PATH
    opt = {"permission": "settings.manage"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = JobsPage(await queries.stuck(work))
        return await pages.page(request, work, "analytics/jobs.html", context, title=say("Jobs that need a person"))

    @post("/{row_id:uuid}/again")
    async def again(self, request: HttpRequest, work: WorkDep, row_id: FromPath[UUID]) -> Response[Any]:
        await service.try_again(work, row_id)
        return pages.redirect(request, PATH, Toast(say("It is tried again now.")))

    @post("/{row_id:uuid}/drop")
    async def drop(self, request: HttpRequest, work: WorkDep, row_id: FromPath[UUID]) -> Response[Any]:
        await service.give_up(work, row_id)
        return pages.redirect(request, PATH, Toast(say("Given up. It will not be done.")))


HANDLERS = [JobPages]
