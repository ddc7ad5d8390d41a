"""Secure messages: the client's thread with the firm, and the panel in which staff answer."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from uuid_utils.compat import uuid7

from app.core import drafts, limits, pages
from app.core.errors import FieldError, Invalid
from app.core.limits import Limit
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as lead_within_reach
from app.messages import queries as messages
from app.messages import service as writing
from app.messages.models import Message
from app.portal import queries, service
from themes.catalogue import say

WRITES = Limit.per_minute(20)
SHOWN = 6  # in the panel of a lead's page
THREAD = "secure-thread"  # the part of that panel which keeps itself true


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest last. `once` comes back with the form, so that one press is one message; `draft` names what is kept."""

    thread: list[Message]
    owner: str
    once: str
    text: str
    draft: str


class SecureView(msgspec.Struct, frozen=True, kw_only=True):
    """The panel on a lead's page; `there` is false while the client has not come to the portal, `next` is where to go on."""

    lead_id: UUID
    name: str
    thread: list[Message]
    there: bool
    may_send: bool
    once: str
    text: str
    draft: str
    next: str = ""
    errors: list[FieldError] = []


class ClientThread(Controller):
    """`/portal/messages`."""

    path = "/portal/messages"
    opt = {"permission": "portal.use"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        client = await queries.client(work, work.person)
        await writing.read_by_client(work, client.contact.id)
        await service.looked_at(work, work.person.id, "message")
        return await _thread(request, work)

    @post("/")
    async def write(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        client = await queries.client(work, work.person)
        await limits.demand("portal-message", work.person.id, WRITES)
        given = await pages.form(request)
        try:
            await service.write(
                work, client.contact.id, str(given.get("text") or ""), str(given.get("once") or "")[:80]
            )
        except Invalid as problem:
            return await _thread(request, work, problem, str(given.get("text") or ""))
        await drafts.done(work, "portal-message")
        return pages.redirect(request, "/portal/messages#last", Toast(say("Sent. We answer here.")))


class StaffThread(Controller):
    """`/agent/leads/{id}/secure`."""

    path = "/agent/leads/{lead_id:uuid}/secure"
    opt = {"permission": "messages.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        return await _secure(request, work, lead_id)

    @post("/", opt={"permission": "messages.send"})
    async def answer(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        lead = await lead_within_reach(work, work.person, lead_id)
        given = await pages.form(request)
        once = str(given.get("once") or "")[:80]
        try:
            key = f"secure:{lead_id}:{once}" if once else None
            await writing.write_out(work, lead.contact_id, str(given.get("text") or ""), key=key)
        except Invalid as problem:
            work.abandon()
            return await _secure(request, work, lead_id, problem.errors, str(given.get("text") or ""))
        await drafts.done(work, f"secure-{lead_id}")
        back = pages.safe_next(str(given.get("next") or ""), f"/agent/leads/{lead_id}")
        return pages.redirect(request, back, Toast(say("Written. The client is told.")))


async def _thread(request: HttpRequest, work: Work, problem: Invalid | None = None, text: str = "") -> Response[bytes]:
    client = await queries.client(work, work.person)
    kept = await drafts.kept(work, "portal-message")
    context = ThreadView(
        thread=await messages.in_portal(work, client.contact.id),
        owner=client.owner,
        once=str(uuid7()),
        text=text or str((kept or {}).get("text") or ""),
        draft="portal-message",
    )
    if problem is not None:
        return await pages.refused(request, work, "portal/messages.html", context, problem, title=say("Messages"))
    part = "portal/_talk.html"
    return await pages.page(request, work, "portal/messages.html", context, title=say("Messages"), fragment=part)


async def _secure(
    request: HttpRequest, work: Work, lead_id: UUID, errors: list[FieldError] | None = None, text: str = ""
) -> Response[bytes]:
    lead = await lead_within_reach(work, work.person, lead_id)
    kept = await drafts.kept(work, f"secure-{lead_id}")
    client = await queries.contact_of(work, lead.contact_id)
    context = SecureView(
        lead_id=lead_id,
        name=client.name,
        thread=(await messages.in_portal(work, lead.contact_id))[-SHOWN:],
        there=await queries.party_exists(work, lead.contact_id),
        may_send=work.person.may("messages.send"),
        once=str(uuid7()),
        text=text or str((kept or {}).get("text") or ""),
        draft=f"secure-{lead_id}",
        next=_from_inbox(request),
        errors=errors or [],
    )
    only_thread = request.headers.get("HX-Target") == THREAD
    return await pages.page(
        request, work, "portal/secure.html", context, title=say("Secure messages"), status=422 if errors else 200,
        fragment="portal/_secure_thread.html" if only_thread else "portal/_secure.html",
    )  # fmt: skip


def _from_inbox(request: HttpRequest) -> str:
    """The talk in the inbox beside which this stands, to come back to it; empty on the lead's page."""
    around = urlsplit(request.headers.get("Referer", ""))
    return f"{around.path}?{around.query}" if around.path == "/agent/inbox" else ""


HANDLERS = [ClientThread, StaffThread]
