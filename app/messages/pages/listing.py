"""`/agent/messages`: what people wrote and nobody answered, then everything else."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core import drafts
from app.core.errors import NotFound
from app.core.pages import Toast, form, page, redirect, safe_next
from app.core.web import HttpRequest, WorkDep
from app.messages import queries, service
from app.messages.queries import Line
from themes.catalogue import say

VIEW: dict[str, Any] = {"permission": "messages.view"}
SEND: dict[str, Any] = {"permission": "messages.send"}
TABS = ("unanswered", "all", "scheduled", "unknown", "failed")


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages within reach."""

    lines: list[Line]
    tab: str
    days: int
    waiting: int
    next_url: str
    may_send: bool


@get("/agent/messages", opt=VIEW)
async def list_messages(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    asked = request.query_params
    tab, cursor, days = asked.get("view", "unanswered"), asked.get("cursor", ""), asked.get("days", "")
    if tab not in TABS:
        raise NotFound
    within = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    if tab == "unanswered":
        lines, after = await queries.unanswered(work, work.person, cursor=cursor)
    else:
        lines, after = await queries.recent(
            work, work.person, state="" if tab == "all" else tab, days=within, cursor=cursor
        )
    context = ListPage(
        lines=lines,
        tab=tab,
        days=within,
        waiting=await queries.unanswered_count(work, work.person),
        next_url=f"/agent/messages?view={tab}{f'&days={within}' if within else ''}&cursor={quote(after, safe='')}"
        if after
        else "",
        may_send=work.person.may("messages.send"),
    )
    return await page(
        request, work, "messages/list.html", context, title=say("Messages"), fragment="messages/_list.html"
    )


@post("/agent/messages/{message_id:uuid}/answered", opt=SEND)
async def needs_no_answer(request: HttpRequest, work: WorkDep, message_id: FromPath[UUID]) -> Response[Any]:
    if await queries.message(work, work.person, message_id) is None:
        raise NotFound
    await service.mark_answered(work, message_id)
    return redirect(request, "/agent/messages", Toast(say("Off the list: it needs no answer.")))


@post("/agent/messages/{message_id:uuid}/resolve", opt=SEND)
async def clear_up(request: HttpRequest, work: WorkDep, message_id: FromPath[UUID]) -> Response[Any]:
    """Somebody asked the person or looked with the provider: it arrived, or it did not."""
    given = await form(request)
    if await queries.message(work, work.person, message_id) is None:
        raise NotFound
    await service.resolve(work, message_id, arrived=given.get("arrived") == "1")
    return redirect(request, "/agent/messages?view=unknown", Toast(say("Noted. It is not sent again.")))


@post("/agent/messages/{message_id:uuid}/cancel", opt=SEND)
async def take_back(request: HttpRequest, work: WorkDep, message_id: FromPath[UUID]) -> Response[Any]:
    """A message that has not left does not leave; its words go back into the composer's draft."""
    given = await form(request)
    message = await queries.message(work, work.person, message_id)
    if message is None:
        raise NotFound
    back = safe_next(str(given.get("next") or ""), "/agent/messages?view=scheduled")
    if (await service.cancel(work, message_id)).state != "canceled":
        return redirect(request, back, Toast(say("It has left already.")))
    if message.lead_id and not message.automated:
        typed = {"subject": message.subject, "text": message.body}
        await drafts.keep(work, f"message-{message.lead_id}-{message.channel}", typed)
    return redirect(request, back, Toast(say("Taken back. Its words are in the composer.")))


HANDLERS: list[Any] = [list_messages, needs_no_answer, clear_up, take_back]
