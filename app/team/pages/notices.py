"""`/notices`: what one was told. The bell in every top bar, the sheet that it opens, the page, and the way to a record."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from app.core import config, pages
from app.core.pages import Toast, page, redirect
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from app.team import queries, service
from app.team.models import NoticeKind, kinds_for
from app.team.queries import NoticeLine
from themes.catalogue import say, say_many

OPEN: dict[str, Any] = {"permission": SIGNED_IN}
PATH = "/notices"
IN_SHEET = 12
Show = Annotated[str, QueryParameter(name="show")]


class NoticesPage(msgspec.Struct, frozen=True, kw_only=True):
    """One screen; `cursor` leads on, `unread` counts all that wait (100: more than 99)."""

    lines: list[NoticeLine]
    kinds: list[NoticeKind]
    kind: str
    show: str
    cursor: str
    unread: int
    here: str


class BellPage(msgspec.Struct, frozen=True):
    unread: int


@get(PATH, opt=OPEN)
async def show_notices(
    request: HttpRequest, work: WorkDep, kind: FromQuery[str] = "", show: Show = "", cursor: FromQuery[str] = ""
) -> Response[Any]:
    context = await _screen(work, kind, show, cursor)
    title = say("Notifications")
    return await page(request, work, "team/notices.html", context, title=title, fragment="team/_notices.html")


async def _screen(work: Work, kind: str = "", show: str = "", cursor: str = "", limit: int = 30) -> NoticesPage:
    kinds = kinds_for(work.person, await config.everything(work))
    kind, show = kind if kind in {one.name for one in kinds} else "", "unread" if show == "unread" else ""
    lines, following = await queries.notices(
        work, work.person, kind=kind, unread=show == "unread", cursor=cursor, limit=limit
    )
    top = await queries.top_bar(work, work.person)
    here = f"{PATH}?kind={kind}&show={show}"
    return NoticesPage(lines=lines, kinds=kinds, kind=kind, show=show, cursor=following, unread=top.unread, here=here)


@get(f"{PATH}/latest", opt=OPEN)
async def show_latest(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """What the sheet shows: the newest, unread or not."""
    context, title = await _screen(work, limit=IN_SHEET), say("Notifications")
    return await page(request, work, "team/notices.html", context, title=title, fragment="team/_notices_sheet.html")


@get(f"{PATH}/bell", opt=OPEN)
async def show_bell(request: HttpRequest, work: WorkDep) -> Response[Any]:
    top = await queries.top_bar(work, work.person)
    return await page(request, work, "team/bell.html", BellPage(top.unread), title="", fragment="team/_bell.html")


@get(f"{PATH}/{{notice_id:uuid}}", opt=OPEN)
async def follow(request: HttpRequest, work: WorkDep, notice_id: FromPath[UUID]) -> Response[Any]:
    """On to the record; whoever goes there has read it."""
    line = await queries.notice(work, work.person, notice_id)
    await service.read(work, work.person.id, ids=[notice_id])
    return redirect(request, line.url or PATH)


@post(f"{PATH}/{{notice_id:uuid}}/read", opt=OPEN)
async def mark_read(request: HttpRequest, work: WorkDep, notice_id: FromPath[UUID]) -> Response[Any]:
    await queries.notice(work, work.person, notice_id)
    await service.read(work, work.person.id, ids=[notice_id])
    return await _back(request)


@post(f"{PATH}/{{notice_id:uuid}}/unread", opt=OPEN)
async def mark_unread(request: HttpRequest, work: WorkDep, notice_id: FromPath[UUID]) -> Response[Any]:
    await queries.notice(work, work.person, notice_id)
    await service.unread(work, work.person.id, notice_id)
    return await _back(request)


@post(f"{PATH}/read", opt=OPEN)
async def mark_all_read(request: HttpRequest, work: WorkDep) -> Response[Any]:
    kind = str((await pages.form(request)).get("kind") or "")
    done = await service.read(work, work.person.id, kind=kind, everything=True)
    return await _back(request, Toast(say_many("%(count)s marked as read.", "%(count)s marked as read.", done)))


async def _back(request: HttpRequest, toast: Toast | None = None) -> Response[Any]:
    given = await pages.form(request)
    return redirect(request, pages.safe_next(str(given.get("next") or ""), PATH), toast)


async def in_top_bar(request: HttpRequest, work: Work) -> dict[str, Any]:
    """For every whole page: the bell's count and one's presence. Opening a record's page reads its notices."""
    records = [part for part in request.path_params.values() if isinstance(part, UUID)]
    if records and not work.person.support:
        await service.seen(work, work.person.id, records)
    top = await queries.top_bar(work, work.person)
    return {"unread": top.unread, "presence": top.presence, "since": top.since}


if in_top_bar not in pages.extras:
    pages.extras.append(in_top_bar)
HANDLERS: list[Any] = [show_notices, show_latest, show_bell, follow, mark_read, mark_unread, mark_all_read]
