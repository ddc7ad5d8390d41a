"""`/rate/{token}`: how it was. Looking changes nothing, so that scanners who follow links rate nobody; one press does."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core import limits, pages
from app.core.errors import Invalid
from app.core.limits import Limit
from app.core.web import PUBLIC, HttpRequest, WorkDep, client_address
from app.support import service
from themes.catalogue import say

LOOK: dict[str, Any] = {"permission": PUBLIC}
ACT: dict[str, Any] = {"permission": PUBLIC, "csrf": False}
PRESSES = Limit.per_minute(20)


class RatePage(msgspec.Struct, frozen=True, kw_only=True):
    """`chosen` is 0 until somebody has rated."""

    token: str
    subject: str
    chosen: int
    note: str


@get("/rate/{token:str}", opt=LOOK)
async def show_rating(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[bytes]:
    return await _page(request, work, token)


@post("/rate/{token:str}", opt=ACT, status_code=200)
async def rate(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[bytes]:
    await limits.demand("rating", client_address(request), PRESSES)
    ticket, given = await service.by_token(work, token), await pages.form(request)
    raw = str(given.get("rating") or ticket.rating or "")
    try:
        await service.rate(work, ticket.id, int(raw) if raw.isdecimal() else 0, str(given.get("note") or ""))
    except Invalid as problem:
        context = RatePage(token=token, subject=ticket.subject, chosen=0, note="")
        return await pages.refused(request, work, "support/rate.html", context, problem, title=say("How did we do?"))
    return await _page(request, work, token)


async def _page(request: HttpRequest, work: WorkDep, token: str) -> Response[bytes]:
    ticket = await service.by_token(work, token)
    context = RatePage(token=token, subject=ticket.subject, chosen=ticket.rating or 0, note=ticket.rating_note)
    title = say("Thank you") if ticket.rating else say("How did we do?")
    return await pages.page(request, work, "support/rate.html", context, title=title)


HANDLERS: list[Any] = [show_rating, rate]
