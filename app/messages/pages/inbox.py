"""`/agent/inbox`: what people wrote, the unanswered first, answered where it stands."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core.errors import NotFound
from app.core.pages import Toast, page, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.messages import queries, service
from app.messages.queries import SCOPES, Talk, Thread
from themes.catalogue import say

INBOX = "/agent/inbox"
SEND = {"permission": "messages.send"}


class InboxPage(msgspec.Struct, frozen=True, kw_only=True):
    """Conversations within reach, and the one that is open."""

    talks: list[Talk]
    scope: str
    scopes: list[tuple[str, str]]
    waiting: int
    next_url: str
    thread: Thread | None
    chosen: bool
    url: str


class ThreadPage(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation."""

    thread: Thread | None
    scope: str
    url: str


class InboxPages(Controller):
    path = INBOX
    opt = {"permission": "messages.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`scope` mine, team or all; `talk` opens one, else the first that waits is open on a wide screen."""
        asked = request.query_params
        scope = asked.get("scope", "mine")
        if scope not in SCOPES:
            raise NotFound
        talks, cursor = await queries.inbox(work, work.person, scope=scope, cursor=asked.get("cursor", ""))
        rows = "rows" in asked
        opened = None if rows else await _thread(work, asked.get("talk", ""), talks)
        context = InboxPage(
            talks=talks,
            scope=scope,
            scopes=_scopes(work),
            waiting=await queries.waiting_count(work, work.person, scope=scope),
            next_url=f"{INBOX}?{urlencode({'scope': scope, 'cursor': cursor})}" if cursor else "",
            thread=opened,
            chosen=bool(opened and asked.get("talk")),
            url=f"{INBOX}?{urlencode({'scope': scope})}",
        )
        fragment = "messages/_talks.html" if rows else "messages/_inbox.html"
        return await page(request, work, "messages/inbox.html", context, title=say("Inbox"), fragment=fragment)

    @get("/{contact_id:uuid}/thread")
    async def thread(self, request: HttpRequest, work: WorkDep, contact_id: FromPath[UUID]) -> Response[bytes]:
        """The words alone, for a live hint: the answer being typed under them is never replaced."""
        scope = request.query_params.get("scope", "mine")
        context = ThreadPage(
            thread=await queries.thread(work, work.person, contact_id),
            scope=scope,
            url=f"{INBOX}?{urlencode({'scope': scope})}",
        )
        return await page(
            request, work, "messages/thread.html", context, title=say("Inbox"), fragment="messages/_thread.html"
        )

    @post("/{contact_id:uuid}/{verb:str}", opt=SEND)
    async def change(
        self, request: HttpRequest, work: WorkDep, contact_id: FromPath[UUID], verb: FromPath[str]
    ) -> Response[Any]:
        """take, give-back, done, reopen. Whoever comes second to take one gets 409."""
        await queries.thread(work, work.person, contact_id)
        back, undo = f"{INBOX}?{urlencode({'talk': str(contact_id), 'scope': _scope(request)})}", ""
        if verb == "take":
            await service.take_conversation(work, contact_id, work.person)
            said, undo = say("You answer this one."), "give-back"
        elif verb == "give-back":
            await service.give_back_conversation(work, contact_id)
            said = say("Anybody may answer it.")
        elif verb == "done":
            await service.finish_conversation(work, contact_id)
            said, undo, back = say("Done."), "reopen", f"{INBOX}?{urlencode({'scope': _scope(request)})}"
        elif verb == "reopen":
            await service.reopen_conversation(work, contact_id)
            said = say("It waits again.")
        else:
            raise NotFound
        return redirect(request, back, Toast(said, f"{INBOX}/{contact_id}/{undo}" if undo else ""))


def _scope(request: HttpRequest) -> str:
    asked = request.query_params.get("scope", "mine")
    return asked if asked in SCOPES else "mine"


def _scopes(work: Work) -> list[tuple[str, str]]:
    """Whoever sees only their own leads has those that nobody has beside them."""
    if work.person.reach == "own":
        return [("mine", say("Mine")), ("all", say("Mine and unassigned"))]
    if work.person.reach == "team":
        return [("mine", say("Mine")), ("team", say("Team"))]
    return [("mine", say("Mine")), ("team", say("Team")), ("all", say("All"))]


async def _thread(work: Work, wanted: str, talks: list[Talk]) -> Thread | None:
    try:
        contact_id = UUID(wanted)
    except ValueError:
        contact_id = next((talk.contact_id for talk in talks), None)  # type: ignore[assignment]
    return await queries.thread(work, work.person, contact_id) if contact_id else None


HANDLERS: list[Any] = [InboxPages]
