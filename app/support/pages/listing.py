"""`/agent/tickets`: the queue, many at once, a new one; and the panel on a lead's page."""

from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.access.queries import active_people
from app.contacts.models import Contact
from app.contacts.queries import contact as one_contact
from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as lead_within
from app.support import forms, queries, service
from app.support.models import TicketSettings
from app.support.queries import TABS, Asked, Row
from app.support.service import NewTicket
from app.team import queries as team
from themes.catalogue import say, say_many

PATH = "/agent/tickets"
EDIT = {"permission": "tickets.edit"}


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """The queue: `asked` is what the address says, `address` the same for links."""

    rows: list[Row]
    counts: dict[str, int]
    asked: Asked
    address: str
    next_url: str
    settings: TicketSettings
    people: list[tuple[str, str]]
    teams: bool
    may_edit: bool


class NewPage(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket that we open for somebody."""

    contact: Contact
    lead_id: UUID
    settings: TicketSettings
    typed: dict[str, Any]
    once: str


class PanelView(msgspec.Struct, frozen=True, kw_only=True):
    """Tickets of a lead's contact."""

    rows: list[Row]
    lead_id: UUID
    settings: TicketSettings
    may_edit: bool


class TicketList(Controller):
    path = PATH
    opt = {"permission": "tickets.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        asked = _asked(request.query_params)
        rows, after = await queries.listing(work, work.person, asked)
        people = await holders(work)
        context = ListPage(
            rows=rows,
            counts=await queries.counts(work, work.person),
            asked=asked,
            address=_address(asked),
            next_url=f"{_address(asked)}&cursor={quote(after, safe='')}" if after else "",
            settings=await service.settings(work),
            people=people,
            teams=any(value.startswith("team:") for value, _ in people),
            may_edit=work.person.may("tickets.edit"),
        )
        return await pages.page(
            request, work, "support/list.html", context, title=say("Tickets"), fragment="support/_list.html"
        )

    @post("/many", opt=EDIT)
    async def many(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Give the ticked ones to somebody, or move them. Those out of reach are left alone."""
        given = await pages.form(request)
        back = pages.safe_next(str(given.get("next") or ""), PATH)
        try:
            done = await _change(work, given)
        except Invalid as problem:
            work.abandon()
            return pages.redirect(request, back, Toast(problem.detail))
        return pages.redirect(
            request, back, Toast(say_many("%(count)s ticket changed.", "%(count)s tickets changed.", done))
        )


async def _change(work: Work, given: dict[str, Any]) -> int:
    done = 0
    for ticket_id in forms.ids(given):
        try:
            await queries.ticket(work, work.person, ticket_id)
        except NotFound:
            continue
        if given.get("verb") == "assign":
            person_id, team_id = forms.holder(given)
            await service.assign(work, ticket_id, person_id, team_id=team_id)
        elif given.get("verb") == "priority":
            await service.change(work, ticket_id, priority=str(given.get("priority") or ""))
        else:
            await service.move(work, ticket_id, str(given.get("state") or ""))
        done += 1
    return done


def _asked(given: Any) -> Asked:
    tab = given.get("view", "all")
    if tab not in TABS:
        raise NotFound
    return Asked(
        tab=tab,
        q=given.get("q", "")[:80],
        priority=given.get("priority", "")[:40],
        category=given.get("category", "")[:40],
        cursor=given.get("cursor", ""),
    )


def _address(asked: Asked) -> str:
    said = {"view": asked.tab, "q": asked.q, "priority": asked.priority, "category": asked.category}
    return f"{PATH}?{urlencode({name: value for name, value in said.items() if value})}"


async def holders(work: Work) -> list[tuple[str, str]]:
    """Whom a ticket can be given to: people, then teams with members."""
    people = [(str(person.id), person.name) for person in await active_people(work, work.person)]
    groups = [
        (f"team:{each.id}", say("Team %(name)s", name=each.name)) for each, size in await team.teams(work) if size
    ]
    return people + groups


class TicketsOfLead(Controller):
    """`/agent/leads/{id}/tickets`"""

    path = "/agent/leads/{lead_id:uuid}/tickets"
    opt = {"permission": "tickets.view"}

    @get("/")
    async def panel(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await lead_within(work, work.person, lead_id)
        context = PanelView(
            rows=await queries.of_lead(work, work.person, lead),
            lead_id=lead.id,
            settings=await service.settings(work),
            may_edit=work.person.may("tickets.edit"),
        )
        return await pages.page(
            request, work, "support/panel.html", context, title=say("Tickets"), fragment="support/_panel.html"
        )

    @get("/new", opt=EDIT)
    async def new(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        context = await _new(work, lead_id, {})
        return await pages.page(
            request, work, "support/new.html", context, title=say("New ticket"), fragment="support/_new.html"
        )

    @post("/", opt=EDIT)
    async def add(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        given, lead = await pages.form(request), await lead_within(work, work.person, lead_id)
        try:
            ticket = await service.open_ticket(
                work, _wanted(given, lead.contact_id, lead.id, (await _contact(work, lead.contact_id)).name)
            )
        except Invalid as problem:
            context = await _new(work, lead_id, given)
            return await pages.refused(request, work, "support/new.html", context, problem, title=say("New ticket"))
        return pages.redirect(
            request, f"{PATH}/{ticket.id}", Toast(say("Ticket #%(number)s opened.", number=ticket.number))
        )


def _wanted(given: dict[str, Any], contact_id: UUID, lead_id: UUID, name: str) -> NewTicket:
    texts = {key: str(given.get(key) or "") for key in ("subject", "body", "category", "priority")}
    channel = str(given.get("channel") or "phone")
    return NewTicket(
        contact_id=contact_id, lead_id=lead_id, channel=channel, author_name=name, once=forms.once(given), **texts
    )


async def _new(work: Work, lead_id: UUID, typed: dict[str, Any]) -> NewPage:
    lead = await lead_within(work, work.person, lead_id)
    return NewPage(
        contact=await _contact(work, lead.contact_id),
        lead_id=lead.id,
        settings=await service.settings(work),
        typed=typed,
        once=str(typed.get("once") or uuid4()),
    )


async def _contact(work: Work, contact_id: UUID) -> Contact:
    found = await one_contact(work, contact_id)
    if found is None:
        raise NotFound
    return found


HANDLERS: list[Any] = [TicketList, TicketsOfLead]
