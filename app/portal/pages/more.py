"""More: contact and hours, language, notices by choice, sign-in, and how to pause or leave."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import config, pages
from app.core.errors import invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.portal import queries, service
from app.portal.models import CHANNELS, EVENTS, ClientEvent, choices
from app.portal.queries import Client, NewsLine
from app.portal.service import Leaving
from app.programs import queries as programs
from app.programs import service as planning
from app.programs.queries import ProgramPage
from themes.catalogue import LANGUAGES, say
from themes.tokens import brand_of


class MoreView(msgspec.Struct, frozen=True, kw_only=True):
    """Who they are to us and how we reach them; `hours` are days with their spans, in the tenant's zone."""

    client: Client
    hours: list[tuple[str, list[tuple[datetime, datetime]]]]
    zone: str
    open_until: datetime | None
    languages: dict[str, str]
    language: str
    events: list[ClientEvent]
    chosen: dict[str, tuple[str, ...]]
    news: list[NewsLine]
    running: bool
    firm: str


class LeavingView(msgspec.Struct, frozen=True, kw_only=True):
    """What leaving does, before it is done."""

    it: ProgramPage
    would: Leaving
    next_id: str


class More(Controller):
    """`/portal/more…` and `/portal/leaving`."""

    path = "/portal"
    opt = {"permission": "portal.use"}

    @get("/more")
    async def more(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        return await pages.page(request, work, "portal/more.html", await more_view(work), title=say("More"))

    @post("/notices")
    async def choose(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """A box for each event and channel; what is not ticked is off."""
        given = await pages.form(request)
        wanted = {name: [each for each in CHANNELS if f"{name}-{each}" in given] for name in EVENTS}
        await service.choose(work, work.person.id, wanted)
        return pages.redirect(request, "/portal/more#notices", Toast(say("Saved.")))

    @get("/leaving")
    async def look(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        view = await _leaving(work)
        if view is None:
            return pages.redirect(request, "/portal")
        return await pages.page(request, work, "portal/leaving.html", view, title=say("Pause or leave"))

    @post("/leaving")
    async def leave(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """The client has read what it does and ticks that they want it."""
        view = await _leaving(work)
        if view is None:
            return pages.redirect(request, "/portal")
        given = await pages.form(request)
        if given.get("sure") != "1":
            problem = invalid("sure", say("Tick this if you want to leave."), "missing")
            return await pages.refused(request, work, "portal/leaving.html", view, problem, title=say("Pause or leave"))
        await service.leave(work, view.it, str(given.get("reason") or "")[:160])
        return pages.redirect(request, "/portal", Toast(say("You have left the program.")))


async def more_view(work: Work) -> MoreView:
    client = await queries.client(work, work.person)
    settings = await config.everything(work)
    it = await programs.page_of_contact(work, client.contact.id)
    preferences = await queries.preferences(work, work.person.id)
    return MoreView(
        client=client,
        hours=queries.week(settings["hours"], settings["zone"]),
        zone=settings["zone"],
        open_until=queries.open_until(settings["hours"], settings["zone"], settings["holidays"]),
        languages=LANGUAGES,
        language=work.person.locale[:2],
        events=[
            event for event in EVENTS.values() if it is not None or event.name in ("message", "document", "invoice")
        ],
        chosen=choices(preferences),
        news=await queries.news(work, work.person.id),
        running=it is not None and it.program.state == "active",
        firm=brand_of(work.tenant.brand).product_name or work.tenant.name,
    )


async def _leaving(work: Work) -> LeavingView | None:
    client = await queries.client(work, work.person)
    it = await programs.page_of_contact(work, client.contact.id)
    if it is None or it.program.state != "active":
        return None
    late = await planning.too_late(work, it.ahead)
    following = next((str(each.id) for each in it.ahead if each.id not in late), "")
    return LeavingView(it=it, would=await service.leaving(work, it), next_id=following)


HANDLERS = [More]
