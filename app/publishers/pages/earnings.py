"""`/publisher/earnings`: what is pending, approved, returned, and when it is paid."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get

from app.core import clock, pages
from app.core.web import HttpRequest, WorkDep
from app.publishers import queries, service
from app.publishers.models import Publisher
from app.publishers.models.rules import next_payout
from app.publishers.pages.portal import USE, own
from app.publishers.queries.money import EARNED
from themes.catalogue import say

EARNINGS = "/publisher/earnings"
ROWS = 50


class EarningsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts in minor units. `payout` is the next day on which what is approved by then is paid."""

    publisher: Publisher
    totals: list[queries.Totals]
    releases: list[queries.Release]
    lines: list[queries.EarnedLine]
    wanted: str
    payout: date
    first: bool
    next_url: str
    currency: str


class EarningsPages(Controller):
    path = EARNINGS
    opt = USE

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        publisher, wanted = await own(work), request.query_params.get("state", "")
        wanted = wanted if wanted in EARNED else ""
        zone, rules = work.person.zone, await service.rules_of(work)
        found = await queries.earned(
            work, publisher.id, wanted, before=_id(request.query_params.get("before", "")), limit=ROWS
        )
        more = len(found) > ROWS
        offers = await queries.offers(work, publisher.id)
        context = EarningsPage(
            publisher=publisher,
            totals=await queries.totals(work, publisher.id),
            releases=await queries.releases(work, publisher.id, zone),
            lines=found[:ROWS],
            wanted=wanted,
            first="before" not in request.query_params,
            payout=next_payout(rules.payout_day, clock.now().astimezone(ZoneInfo(zone)).date()),
            next_url=f"{EARNINGS}?state={wanted}&before={found[ROWS - 1].id}" if more else "",
            currency=offers[0].currency if offers else "USD",
        )
        return await pages.page(
            request,
            work,
            "publishers/earnings.html",
            context,
            title=say("Earnings"),
            fragment="publishers/_earnings.html",
        )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
