"""`/admin`: where somebody who runs a tenant begins the day."""

from typing import Any

from litestar import Response, get

from app.analytics import queries
from app.core.pages import page
from app.core.web import HttpRequest, WorkDep


@get("/admin", opt={"permission": "settings.manage"})
async def home(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "analytics/home.html", await queries.home(work), title="Home")


HANDLERS: list[Any] = [home]
