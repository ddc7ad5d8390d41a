"""`/help`: the handbook, its search, the page about where one is, and what is new."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from app.core import pages
from app.core.errors import NotFound
from app.core.web import SIGNED_IN, HttpRequest, WorkDep, is_htmx
from app.handbook import queries
from app.handbook.queries import Found, News, Page
from themes.catalogue import say

PATH = "/help"
OPEN: dict[str, Any] = {"permission": SIGNED_IN}
LONGEST = 80


class ContentsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`found` is None while nothing is searched."""

    groups: list[tuple[str, list[Page]]]
    q: str
    found: list[Found] | None


class HandbookPage(msgspec.Struct, frozen=True, kw_only=True):
    text: Page
    html: Markup
    pages: list[Page]


class NewsPage(msgspec.Struct, frozen=True):
    news: list[tuple[News, Markup]]


@get(PATH, opt=OPEN)
async def contents(
    request: HttpRequest, work: WorkDep, q: FromQuery[str] = "", at: FromQuery[str] = ""
) -> Response[Any]:
    """All pages by group or those that are found; with `at`, the one about that address, in the sheet or as a page."""
    if at:
        return await _about(request, work, at)
    known = await queries.pages(work, work.person)
    if not known:
        raise NotFound
    wanted = q.strip()[:LONGEST]
    found = await queries.search(work, work.person, wanted) if wanted else None
    named = list(dict.fromkeys(page.group for page in known))
    groups = [(group, [page for page in known if page.group == group]) for group in named]
    context = ContentsPage(groups=groups, q=wanted, found=found)
    return await pages.page(
        request, work, "handbook/contents.html", context, title=say("Handbook"), fragment="handbook/_contents.html"
    )


async def _about(request: HttpRequest, work: WorkDep, at: str) -> Response[Any]:
    text = await queries.about(work, work.person, at)
    if text is None or not is_htmx(request):
        return pages.redirect(request, f"{PATH}/{text.name}" if text else PATH)
    context = HandbookPage(text=text, html=queries.html(text.body), pages=[])
    return await pages.page(request, work, "handbook/_sheet.html", context, title=text.title)


@get(f"{PATH}/new", opt=OPEN)
async def news(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    told = await queries.news(work, work.person)
    if work.person.audience == "client":
        raise NotFound
    return await pages.page(request, work, "handbook/news.html", NewsPage(told), title=say("What’s new"))


@get(f"{PATH}/{{name:str}}", opt=OPEN)
async def show(request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
    text = await queries.page(work, work.person, name)
    near = [page for page in await queries.pages(work, work.person) if page.group == text.group]
    context = HandbookPage(text=text, html=queries.html(text.body), pages=near)
    return await pages.page(request, work, "handbook/page.html", context, title=text.title)


HANDLERS: list[Any] = [contents, news, show]
