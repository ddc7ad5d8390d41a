"""`/admin`: where somebody who runs a tenant begins the day."""

from typing import Any

import msgspec
from litestar import Response, get, post

from app.analytics import queries, service
from app.analytics.pages.periods import Periods, periods
from app.analytics.queries import Home
from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say

PATH = "/admin"
SEE: dict[str, Any] = {"permission": "settings.manage"}


class HomePage(msgspec.Struct, frozen=True, kw_only=True):
    home: Home
    periods: Periods


@get(PATH, opt=SEE)
async def home(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    asked = await periods(work, PATH, request.query_params)
    context = HomePage(home=await queries.home(work, work.person, asked.period), periods=asked)
    return await pages.page(request, work, "analytics/home.html", context, title=say("Home"))


@post(f"{PATH}/setup", opt=SEE)
async def skip(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """A step is put aside, or with `skip=0` taken up again."""
    given = await pages.form(request)
    name, skipping = str(given.get("step", ""))[:40], given.get("skip") != "0"
    await service.skip_step(work, name, skip=skipping)
    return pages.redirect(
        request, PATH, Toast(say("Skipped. It is gone from the list.") if skipping else say("Back on the list."))
    )


HANDLERS: list[Any] = [home, skip]
