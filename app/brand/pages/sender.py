"""/admin/sender: may mail come from the tenant's own address? Three records in plain words, with what to copy."""

from typing import Any

import msgspec
from litestar import Response, get, post

from app.brand import service
from app.brand.service.sender import Standing
from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say
from themes.tokens import brand_of

HOME = "/admin/sender"
MANAGE: dict[str, Any] = {"permission": "brand.manage"}


class SenderPage(msgspec.Struct, frozen=True):
    """`address` is the worn sender's; empty when mail comes from the tenant's own host.
    `looking`: the records are being looked up.
    """

    address: str
    standing: Standing
    looking: bool


@get(HOME, opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    looking = request.query_params.get("looking") == "1"
    context = SenderPage(brand_of(work.tenant.brand).sender_address, await service.standing(work), looking)
    return await pages.page(
        request, work, "brand/sender.html", context, title=say("Sender"), fragment="brand/_sender.html"
    )


@post(HOME, opt=MANAGE)
async def check(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Look the records up; the answer stands on the page in a moment."""
    await service.ask(work)
    return pages.redirect(request, f"{HOME}?looking=1", Toast(say("We are looking the records up.")))


HANDLERS = [show, check]
