"""`/admin`: where somebody who runs a tenant begins the day."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post

from app.analytics import queries, service
from app.analytics.pages.periods import Periods, periods, same_days
from app.analytics.queries import Home
from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from themes.catalogue import say
from themes.charts import Chart

PATH = "/admin"
SEE: dict[str, Any] = {"permission": "settings.manage"}


class HomePage(msgspec.Struct, frozen=True, kw_only=True):
    """`charts` None: they come later, from `later`."""

    home: Home
    periods: Periods
    charts: list[Chart] | None
    later: str


@get(PATH, opt=SEE)
async def home(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await _show(request, work)


@get(f"{PATH}/charts", opt=SEE)
async def charts(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """The charts that the home fetches; opened by itself, the home with them."""
    asked = await periods(work, PATH, request.query_params)
    found = await queries.charts(work, work.person, asked.period)
    if not is_htmx(request):
        return await _show(request, work, found)
    return await pages.page(
        request, work, "analytics/home.html", {"charts": found}, title=say("Home"), fragment="analytics/_charts.html"
    )


async def _show(request: HttpRequest, work: Work, found: list[Chart] | None = None) -> Response[bytes]:
    asked = await periods(work, PATH, request.query_params)
    context = HomePage(
        home=await queries.home(work, work.person, asked.period.zone), periods=asked, charts=found,
        later=f"{PATH}/charts?{urlencode(same_days(asked.period))}",
    )  # fmt: skip
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


HANDLERS: list[Any] = [home, charts, skip]
