"""`/agent/deadlines`: the last days that come, the nearest first."""

from typing import Any

import msgspec
from litestar import Response, get

from app.core import pages
from app.core.web import HttpRequest, WorkDep
from app.screening import queries
from app.screening.queries import Deadline
from themes.catalogue import say


class DeadlinePage(msgspec.Struct, frozen=True, kw_only=True):
    """At most a hundred."""

    rows: list[Deadline]


@get("/agent/deadlines", opt={"permission": "screening.view"})
async def show_deadlines(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """Empty where this business computes none; its navigation has no such entry then."""
    context = DeadlinePage(rows=await queries.deadlines(work, work.person))
    return await pages.page(request, work, "screening/deadlines.html", context, title=say("Deadlines"))


HANDLERS: list[Any] = [show_deadlines]
