"""The blueprint's library: `/admin/sequences/library`, and what is taken from it becomes a draft."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from uuid_utils.compat import uuid7

from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.sequences import queries, service
from app.sequences.queries import Card
from themes.catalogue import say

PATH = "/admin/sequences"


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`key` goes with each button, so that pressing it twice makes one draft."""

    cards: list[Card]
    key: str
    tabs: list[tuple[str, str]]
    url: str


class LibraryPages(Controller):
    path = f"{PATH}/library"
    opt = {"permission": "sequences.manage"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(
            request, work, "sequences/library.html", await library_page(work), title=say("New sequence")
        )

    @post("/{name:str}")
    async def take(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        given = await pages.form(request)
        row = await service.take(work, name, str(given.get("key") or uuid7().hex))
        toast = Toast(say("“%(name)s” is a draft of yours now.", name=row.label), f"{PATH}/{row.id}/delete")
        return pages.redirect(request, f"{PATH}/{row.id}", toast)


async def library_page(work: Work) -> LibraryPage:
    cards = await queries.library(work, await queries.words(work))
    return LibraryPage(cards=cards, key=uuid7().hex, tabs=ways(len(cards)), url=PATH)


def ways(cards: int) -> list[tuple[str, str]]:
    """How a sequence begins: none where there is nothing to choose between."""
    own, library = (say("Write your own"), f"{PATH}/new"), (say("Library"), f"{PATH}/library")
    return [own, library] if cards else []
