"""`/agent`: the next leads, the one at hand with its brief, and the ways to reach them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, drafts, pages
from app.core.errors import NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import queries as leads
from app.leads.queries import LeadPage
from app.messages.queries import unanswered_count
from app.routing import queries, service
from app.routing.models import Told, told
from app.routing.models.queue import PROMISED, Item
from app.routing.pages import words
from app.routing.queries import Brief, Tiles
from app.tasks import queries as tasks
from themes.catalogue import say

AGENT = "/agent"
VIEW = {"permission": "leads.view"}
TAKE = {"permission": "leads.claim"}


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The queue and the lead at hand. `reasons` by lead id; `clear` once nobody can be called; `promised` for this hour."""

    items: list[Item]
    reasons: dict[UUID, str]
    current: LeadPage | None
    brief: Brief | None
    mine: bool
    offered_until: datetime | None
    at_hand: str
    tiles: Tiles
    clear: words.Clear | None
    never: int
    overdue: int
    unanswered: int
    due: set[UUID]
    promised: set[UUID]
    taken: list[tuple[UUID, str]]
    draft: dict[str, Any]
    now: datetime


class HandPage(msgspec.Struct, frozen=True, kw_only=True):
    """The lead at hand alone, without the list beside it."""

    current: LeadPage
    brief: Brief
    mine: bool
    offered_until: datetime | None
    draft: dict[str, Any]


class TilesPage(msgspec.Struct, frozen=True):
    """One's own day."""

    tiles: Tiles


class WhyPage(msgspec.Struct, frozen=True, kw_only=True):
    """Every decision about a lead, newest first, with the people by id."""

    lead_id: UUID
    decisions: list[Told]
    owner: str


class WhyMePage(msgspec.Struct, frozen=True, kw_only=True):
    """Why a lead stands where it stands in one's queue, line by line."""

    item: Item
    lines: list[tuple[str, str]]
    decision: Told | None


class QueuePages(Controller):
    """One's own queue."""

    path = AGENT
    opt = VIEW

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`?lead=` keeps one at hand while the queue goes on beside it."""
        context = await _queue(work, request.query_params.get("lead", ""))
        return await pages.page(
            request, work, "routing/queue.html", context, title=say("Queue"), fragment="routing/_queue.html"
        )

    @get("/queue/list")
    async def list_(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The list alone, once a minute and for a live hint: what is at hand is never replaced."""
        wanted, rows = request.query_params.get("lead", ""), "rows" in request.query_params
        context = await _queue(work, str(_as_id(wanted) or ""), list_only=True)
        sheet = "sheet" in request.query_params
        fragment = f"routing/_{'sheet' if sheet else 'rows' if rows else 'list'}.html"
        return await pages.page(request, work, "routing/queue.html", context, title=say("Queue"), fragment=fragment)

    @get("/queue/at-hand")
    async def at_hand(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The lead at hand alone: fetched ahead of time, so that the next one is there when this one is saved."""
        wanted = _as_id(request.query_params.get("lead", ""))
        context = await (_hand(work, wanted) if wanted and is_htmx(request) else _queue(work, str(wanted or "")))
        return await pages.page(
            request, work, "routing/queue.html", context, title=say("Queue"), fragment="routing/_at_hand.html"
        )

    @get("/queue/tiles")
    async def tiles(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = TilesPage(await queries.tiles(work, work.person, _midnight(work)))
        return await pages.page(
            request, work, "routing/tiles.html", context, title=say("Queue"), fragment="routing/_tiles.html"
        )

    @post("/queue/{lead_id:uuid}/take", opt=TAKE)
    async def take(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Accept an offer or claim what is nobody's: one wins, the others get 409 whether they came late or
        very late.
        """
        await service.take(work, lead_id, work.person)
        return pages.redirect(request, f"{AGENT}?lead={lead_id}", Toast(say("It's yours.")))

    @post("/queue/{lead_id:uuid}/skip", opt=VIEW)
    async def skip(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """An offer moves on; anything else comes back in an hour."""
        await leads.lead(work, work.person, lead_id)
        undo = await service.skip(work, lead_id, work.person)
        text = say("Put aside for an hour.") if undo else say("It moves on to somebody else.")
        return pages.redirect(request, AGENT, Toast(text, f"{AGENT}/queue/{lead_id}/back" if undo else ""))

    @post("/queue/{lead_id:uuid}/back", opt=VIEW)
    async def bring_back(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Undo of putting aside."""
        await leads.lead(work, work.person, lead_id)
        await service.bring_back(work, lead_id, work.person.id)
        return pages.redirect(request, f"{AGENT}?lead={lead_id}")

    @get("/queue/{lead_id:uuid}/why")
    async def why_me(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """Why me, and why here."""
        found = await queries.queue(work, work.person)
        item = next((one for one in found.judged if one.lead_id == lead_id), None)
        if item is None:
            raise NotFound
        decision = next(iter(await queries.decisions_of(work, lead_id, 1)), None)
        context = WhyMePage(item=item, lines=words.lines(item), decision=told(decision) if decision else None)
        return await pages.page(
            request, work, "routing/why_me.html", context, title=say("Why me?"), fragment="routing/_why_me.html"
        )


class WhyOwnerPages(Controller):
    """The panel "Why this owner?" of a lead's page."""

    path = "/agent/leads/{lead_id:uuid}/why-owner"
    opt = VIEW

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await leads.lead(work, work.person, lead_id)
        names = await leads.people_names(work, [lead.owner_id])
        context = WhyPage(
            lead_id=lead_id,
            decisions=[told(one) for one in await queries.decisions_of(work, lead_id)],
            owner=names.get(lead.owner_id, ""),
        )
        return await pages.page(
            request, work, "routing/why.html", context, title=say("Why this owner?"), fragment="routing/_why.html"
        )


async def _queue(work: Work, wanted: str, *, list_only: bool = False) -> QueuePage:
    person, now = work.person, clock.now()
    found = await queries.queue(work, person)
    current = None if list_only else await _at_hand(work, wanted, found.items)
    item = next((one for one in found.judged if current and one.lead_id == current.lead.id), None)
    resting = current is None and not list_only
    return QueuePage(
        items=found.items,
        reasons={one.lead_id: words.reason(one, now, ZoneInfo(person.zone)) for one in found.items},
        current=current,
        brief=await queries.brief(work, person, current) if current else None,
        mine=current is not None and current.lead.owner_id == person.id,
        offered_until=item.offered_until if item else None,
        at_hand=str(current.lead.id) if current else wanted,
        tiles=await queries.tiles(work, person, _midnight(work)),
        clear=words.clear(found.judged, now),
        never=found.never,
        overdue=await tasks.overdue_count(work, person) if resting else 0,
        unanswered=await unanswered_count(work, person) if resting and person.may("messages.view") else 0,
        due={one.lead_id for one in found.items if one.mine and one.callable_now and one.due(now)},
        promised={one.lead_id for one in found.items if one.mine and one.place(now) == PROMISED},
        taken=await queries.just_taken(work, person, now) if list_only else [],
        draft=await drafts.kept(work, f"note-{current.lead.id}") if current else {},
        now=now,
    )


async def _hand(work: Work, lead_id: UUID) -> HandPage:
    """Raises NotFound for one out of reach."""
    current = await leads.lead_page(work, work.person, lead_id)
    return HandPage(
        current=current,
        brief=await queries.brief(work, work.person, current),
        mine=current.lead.owner_id == work.person.id,
        offered_until=await queries.offered_until(work, work.person, lead_id),
        draft=await drafts.kept(work, f"note-{lead_id}"),
    )


def _midnight(work: Work) -> datetime:
    return clock.now().astimezone(ZoneInfo(work.person.zone)).replace(hour=0, minute=0, second=0, microsecond=0)


async def _at_hand(work: Work, wanted: str, items: list[Item]) -> LeadPage | None:
    """The named one, else the one on the line, else the first of the queue that can be called or, where nobody can, written
    to; else an offer to accept.
    """
    lead_id = _as_id(wanted) or await queries.calling(work, work.person)
    if lead_id is None:
        lead_id = _first(items)
    if lead_id is None:
        return None
    try:
        return await leads.lead_page(work, work.person, lead_id)
    except NotFound:  # taken by somebody else meanwhile, or never within reach
        first = _first([item for item in items if item.lead_id != lead_id and item.workable_now])
        return await leads.lead_page(work, work.person, first) if first else None


def _first(items: Sequence[Item]) -> UUID | None:
    """Items stand in order, those who can be called before those who can only be written to."""
    workable = next((item.lead_id for item in items if item.workable_now), None)
    return workable or next((item.lead_id for item in items if item.offered_until), None)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
