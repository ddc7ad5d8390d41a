"""`/portal/tickets`: the customer's own requests, at any size and without scripts."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.contacts.queries import contact as one_contact
from app.core import limits, pages
from app.core.errors import Invalid, NotFound
from app.core.limits import Limit
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.messages.service import latest_lead
from app.support import forms, queries, service
from app.support.models import Ticket, TicketSettings
from app.support.queries import Said
from app.support.service import NewTicket
from themes.catalogue import say

PATH = "/portal/tickets"
WRITING = Limit.per_minute(10)


class OwnTickets(msgspec.Struct, frozen=True, kw_only=True):
    """The latest first, and the form for another."""

    tickets: list[Ticket]
    settings: TicketSettings
    typed: dict[str, Any]
    once: str


class OwnTicket(msgspec.Struct, frozen=True, kw_only=True):
    """One with what was said, notes of ours left out."""

    ticket: Ticket
    said: list[Said]
    settings: TicketSettings
    typed: dict[str, Any]


class ClientTickets(Controller):
    path = PATH
    opt = {"permission": "portal.use"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context, part = await _own(work, {}), "support/_own_list.html"
        return await pages.page(request, work, "support/own_list.html", context, title=await _word(work), fragment=part)

    @post("/")
    async def open(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        contact_id, name = await _client(work)
        await limits.demand("tickets", work.person.id, WRITING)
        given = await pages.form(request)
        try:
            ticket = await service.open_ticket(work, await _wanted(work, given, contact_id, name))
        except Invalid as problem:
            work.abandon()
            context = await _own(work, given)
            return await pages.refused(
                request, work, "support/own_list.html", context, problem, title=await _word(work)
            )
        told = say("We have your request. Its number is %(number)s.", number=ticket.number)
        return pages.redirect(request, f"{PATH}/{ticket.id}", Toast(told))

    @get("/{ticket_id:uuid}")
    async def one(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[bytes]:
        context = await _one(work, ticket_id, {})
        part = "support/_own_said.html"
        return await pages.page(request, work, "support/own.html", context, title=context.ticket.subject, fragment=part)

    @post("/{ticket_id:uuid}")
    async def write(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        contact_id, name = await _client(work)
        await limits.demand("tickets", work.person.id, WRITING)
        given = await pages.form(request)
        ticket, _ = await queries.page_of_client(work, contact_id, ticket_id)
        try:
            stands = await service.client_wrote(
                work, ticket.id, str(given.get("text") or ""), channel="portal", author_name=name
            )
        except Invalid as problem:
            context = await _one(work, ticket_id, given)
            return await pages.refused(request, work, "support/own.html", context, problem, title=ticket.subject)
        return pages.redirect(request, f"{PATH}/{stands.id}", Toast(say("Sent. We answer you here.")))

    @post("/{ticket_id:uuid}/close")
    async def close(self, request: HttpRequest, work: WorkDep, ticket_id: FromPath[UUID]) -> Response[Any]:
        """Solved, says the customer. Writing again opens it again."""
        contact_id, _ = await _client(work)
        ticket, _ = await queries.page_of_client(work, contact_id, ticket_id)
        if ticket.state != "closed":
            await service.move(work, ticket.id, "solved")
        return pages.redirect(request, f"{PATH}/{ticket.id}", Toast(say("Thank you. Write again if you need us.")))


async def _client(work: Work) -> tuple[UUID, str]:
    """The contact that the person stands for. Raises NotFound for one who stands for nobody."""
    found = await one_contact(work, work.person.party_id) if work.person.party_id else None
    if found is None:
        raise NotFound
    return found.id, found.name


async def _wanted(work: Work, given: dict[str, Any], contact_id: UUID, name: str) -> NewTicket:
    body, lead = str(given.get("body") or ""), await latest_lead(work, contact_id)
    return NewTicket(
        contact_id=contact_id,
        lead_id=lead.id if lead else None,
        subject=str(given.get("subject") or ""),
        body=body,
        category=str(given.get("category") or ""),
        channel="portal",
        author_name=name,
        once=forms.once(given),
    )


async def _own(work: Work, typed: dict[str, Any]) -> OwnTickets:
    contact_id, _ = await _client(work)
    return OwnTickets(
        tickets=await queries.of_contact(work, contact_id),
        settings=await service.settings(work),
        typed=typed,
        once=str(typed.get("once") or uuid4()),
    )


async def _one(work: Work, ticket_id: UUID, typed: dict[str, Any]) -> OwnTicket:
    contact_id, _ = await _client(work)
    ticket, said = await queries.page_of_client(work, contact_id, ticket_id)
    return OwnTicket(ticket=ticket, said=said, settings=await service.settings(work), typed=typed)


async def _word(work: Work) -> str:
    return say("Requests")


HANDLERS: list[Any] = [ClientTickets]
