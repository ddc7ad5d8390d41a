"""`/publisher`: today's state, and the step from test to live."""

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.publishers import queries, service
from app.publishers.models import Publisher
from app.publishers.pages.pictures import accept_rate
from app.publishers.queries import samples as sample_posts
from themes.catalogue import say
from themes.charts import Chart

USE = {"permission": "publisher.use"}
MANAGE = {"permission": "publisher.manage"}
HOME = "/publisher"


class TodayPage(queries.Home, frozen=True, kw_only=True):
    """The first page; `curl` is a command that works as it stands, while nothing was sent yet."""

    curl: str
    automatic: bool
    chart: Chart
    this_day: str
    this_week: str


class PublisherPages(Controller):
    """A publisher's person sees this publisher's rows and nobody else's: `person.party_id`."""

    path = HOME
    opt = USE

    @get("/")
    async def home(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """What is going on now."""
        context = await _today(work, await own(work))
        part = "publishers/_home_live.html"
        return await pages.page(request, work, "publishers/home.html", context, title=say("Today"), fragment=part)

    @post("/live", opt=MANAGE)
    async def ask_live(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Every step is done: ask to be switched to live, or be it at once where the tenant says so."""
        publisher = await own(work)
        try:
            publisher = await service.ask_live(work, publisher.id)
        except Conflict as conflict:
            problem = Invalid([FieldError("", "not_allowed", conflict.detail)])
            return await pages.refused(
                request, work, "publishers/home.html", await _today(work, publisher), problem, title=say("Today")
            )
        live = publisher.state == "live"
        told = say("You are live. Each lead that is accepted is paid.") if live else say("Asked. You hear from us.")
        return pages.redirect(request, HOME, Toast(told))


async def own(work: Work) -> Publisher:
    """The publisher that the person stands for. Raises NotFound for anybody else."""
    found = await queries.publisher(work, work.person.party_id)
    if found is None:
        raise NotFound
    return found


async def _today(work: Work, publisher: Publisher) -> TodayPage:
    found = await queries.home(work, publisher)
    curl = "" if found.latest else await working_curl(work, publisher)
    rules = await service.rules_of(work)
    return TodayPage(
        **msgspec.structs.asdict(found),
        curl=curl,
        automatic=rules.go_live == "automatic",
        chart=accept_rate(found.days, found.week, found.zone_of_caps),
        **days_in_address(found),
    )


def days_in_address(found: queries.Home) -> dict[str, str]:
    """Today, and the week of the losses, so that each figure leads to just its rows."""
    first, zone = found.days[0][0], ZoneInfo(found.zone_of_caps)
    return {
        name: urlencode({"since": at.astimezone(zone).date().isoformat(), "zone": found.zone_of_caps})
        for name, at in (("this_day", found.since), ("this_week", first))
    }


async def working_curl(work: Work, publisher: Publisher) -> str:
    """A test post with this publisher's own test key in it; empty without an offer."""
    offers = [offer for offer in await queries.open_offers(work, publisher.id) if offer.state != "closed"]
    if not offers:
        return ""
    spec = await queries.spec_of(work, await queries.caller_of(work, publisher.id), offers[0])
    secret = queries.test_key(work, publisher)
    return sample_posts.curls(spec, several=len(offers) > 1, secret=secret)[0][1]
