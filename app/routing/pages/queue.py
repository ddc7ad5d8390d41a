"""`/agent`: the next leads, the one at hand with its brief, and the ways to reach them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, drafts, pages
from app.core.errors import NotFound
from app.core.pages import Toast
from app.core.places import local, zone_label
from app.core.web import HttpRequest, WorkDep, is_htmx
from app.core.work import Work
from app.leads import queries as leads
from app.leads.queries import LeadPage
from app.messages.queries import unanswered_count
from app.routing import queries, service
from app.routing.models import Told, told
from app.routing.models.queue import WAITS, Item, first_lawful
from app.routing.queries import Brief, Tiles
from app.tasks import queries as tasks
from themes import formats
from themes.catalogue import say

AGENT = "/agent"
VIEW = {"permission": "leads.view"}
TAKE = {"permission": "leads.claim"}


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody can be called now. How many can be from `at` on, by the clock of `zone`; nobody at all without it."""

    count: int = 0
    at: datetime | None = None
    zone: str = ""
    label: str = ""
    wait: str = ""


class QueuePage(msgspec.Struct, frozen=True, kw_only=True):
    """The queue and the lead at hand. `reasons` by lead id; `clear` once nobody can be called."""

    items: list[Item]
    reasons: dict[UUID, str]
    current: LeadPage | None
    brief: Brief | None
    mine: bool
    offered_until: datetime | None
    at_hand: str
    tiles: Tiles
    clear: Clear | None
    never: int
    overdue: int
    unanswered: int
    due: set[UUID]
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
        context = WhyMePage(item=item, lines=_lines(item), decision=told(decision) if decision else None)
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
        reasons={one.lead_id: reason(one, now, ZoneInfo(person.zone)) for one in found.items},
        current=current,
        brief=await queries.brief(work, person, current) if current else None,
        mine=current is not None and current.lead.owner_id == person.id,
        offered_until=item.offered_until if item else None,
        at_hand=str(current.lead.id) if current else wanted,
        tiles=await queries.tiles(work, person, _midnight(work)),
        clear=_clear(found.judged, now),
        never=found.never,
        overdue=await tasks.overdue_count(work, person) if resting else 0,
        unanswered=await unanswered_count(work, person) if resting and person.may("messages.view") else 0,
        due={one.lead_id for one in found.items if one.mine and one.callable_now and one.due(now)},
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
    """The named one, else the one on the line, else the first of the queue that can be called; else an offer to accept."""
    lead_id = _as_id(wanted) or await queries.calling(work, work.person)
    if lead_id is None:
        offered = (item.lead_id for item in items if item.offered_until)
        lead_id = next((item.lead_id for item in items if item.callable_now), next(offered, None))
    if lead_id is None:
        return None
    try:
        return await leads.lead_page(work, work.person, lead_id)
    except NotFound:  # taken by somebody else meanwhile, or never within reach
        first = next((item.lead_id for item in items if item.lead_id != lead_id and item.callable_now), None)
        return await leads.lead_page(work, work.person, first) if first else None


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def reason(item: Item, now: datetime, zone: ZoneInfo) -> str:
    """One reason in a few words: why this one, why now."""
    if item.offered_until is not None and not item.due(now):
        return say("offered to you")
    if not item.callable_now:
        return say("can be called from")
    if item.due(now):
        assert item.next_action_at is not None
        promised = item.next_title or say("callback you promised")
        return f"{promised}, {_due(item.next_action_at, now, zone)}"
    if item.heat >= 2 and item.heat_why:
        return item.heat_why
    if item.last_contact_at is None:
        minutes = int((now - item.created_at).total_seconds() // 60)
        if minutes < 60:
            return say("arrived %(minutes)s min ago, nobody called yet", minutes=max(1, minutes))
        return say("nobody called yet")
    return say("hot") if item.heat == 3 else say("score %(score)s", score=item.score)


def _due(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The minute of today; the day of one that is longer overdue."""
    day = at.astimezone(zone).date()
    return formats.clock_time(at, str(zone)) if day == now.astimezone(zone).date() else formats.day(day)


def _clear(judged: list[Item], now: datetime) -> Clear | None:
    """When the next can be called, once nobody can be now; None while somebody can."""
    if any(item.place(now) != WAITS and not item.never for item in judged):
        return None
    found = first_lawful(judged, now)
    if found is None:
        return Clear()
    count, first = found
    assert first.next_lawful_at is not None
    zone = first.lawful_zone or "America/New_York"
    wait = first.next_lawful_at - now
    return Clear(count=count, at=first.next_lawful_at, zone=zone, label=zone_label(zone), wait=_in(wait, zone, now))


def _in(wait: timedelta, zone: str, now: datetime) -> str:
    hours, minutes = divmod(int(wait.total_seconds() // 60), 60)
    if hours >= 24:
        return formats.weekday(local(now + wait, zone).date())
    if not hours:
        return say("in %(minutes)s min", minutes=minutes)
    return say("in %(hours)s h %(minutes)s min", hours=hours, minutes=minutes)


def _lines(item: Item) -> list[tuple[str, str]]:
    """What the place in the queue is made of."""
    heat = (say("none"), say("cold"), say("warm"), say("hot"))[max(0, min(3, item.heat))]
    return [
        (say("Yours"), say("yes") if item.mine else say("nobody has it, and you may take it")),
        (say("Expected value"), say("%(share)s%% of its value", share=max(item.score, item.probability, 1))),
        (say("Heat"), heat + (f": {item.heat_why}" if item.heat_why else "")),
        (say("Can be called now"), say("yes") if item.callable_now else say("not at this hour")),
    ]
