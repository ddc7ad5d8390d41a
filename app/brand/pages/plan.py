"""/admin/plan: what the organisation's plan allows, and how much of it is used."""

from typing import Any

import msgspec
from litestar import Response, get

from app.core import pages, plan
from app.core.plan import OwnPlan
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say


class PlanPage(msgspec.Struct, frozen=True):
    """The plan with its use; nothing can be changed here."""

    plan: OwnPlan


@get("/admin/plan", opt={"permission": "settings.manage"})
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = PlanPage(await plan.of(work.tenant.id))
    return await pages.page(request, work, "brand/plan.html", context, title=say("Plan"))


HANDLERS: list[Any] = [show]
