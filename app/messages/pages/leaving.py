"""`/u/{token}`: leaving a mailing, as RFC 8058 wants it. Looking changes nothing; one POST is enough, from
anybody who holds the link, without cookie, sign-in or form token.
"""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core.pages import page
from app.core.web import PUBLIC, HttpRequest, WorkDep
from app.messages.service import arriving, outside, unsubscribe
from themes.catalogue import say

LOOK: dict[str, Any] = {"permission": PUBLIC}
ACT: dict[str, Any] = {"permission": PUBLIC, "csrf": False}


class LeavePage(msgspec.Struct, frozen=True):
    """`state`: asked, left or back."""

    token: str
    firm: str
    email: str
    state: str


@get("/u/{token:str}", opt=LOOK)
async def show_leave(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[bytes]:
    message = await arriving.by_leave_token(work, token)
    state = "left" if message.cause.get("left") else "asked"
    return await _page(request, work, token, message.recipient, state)


@post("/u/{token:str}", opt=ACT, status_code=200)
async def leave(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[bytes]:
    message = await unsubscribe(work, token)
    return await _page(request, work, token, message.recipient, "left")


@post("/u/{token:str}/again", opt=ACT, status_code=200)
async def come_back(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[bytes]:
    message = await arriving.by_leave_token(work, token)
    await arriving.resubscribe(work, token)
    return await _page(request, work, token, message.recipient, "back")


async def _page(request: HttpRequest, work: Any, token: str, email: str, state: str) -> Response[bytes]:
    context = LeavePage(token, outside.firm_name(work), _veiled(email), state)
    titles = {"asked": say("Unsubscribe"), "left": say("You are unsubscribed"), "back": say("You are subscribed again")}
    return await page(request, work, "messages/leave.html", context, title=titles[state])


def _veiled(email: str) -> str:
    """Enough to know one's own address by: d…@example.com."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain}" if domain else ""


HANDLERS: list[Any] = [show_leave, leave, come_back]
