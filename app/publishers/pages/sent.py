"""`/publisher/leads`: everything that was sent, by row, by sub-id, as a file."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from app.core import clock, pages
from app.core.errors import NotFound
from app.core.export import BOM, csv_line
from app.core.money import major
from app.core.permissions import Person
from app.core.web import HttpRequest, WorkDep, authenticators
from app.core.work import Work, unit
from app.publishers import queries, service
from app.publishers.models import Publisher
from app.publishers.models.answers import CODES
from app.publishers.models.quality import tips
from app.publishers.pages import pictures
from app.publishers.pages.portal import USE, own
from app.publishers.queries import Filters, Line
from tenants.registry import Tenant
from themes.catalogue import say
from themes.charts import Chart

LEADS = "/publisher/leads"
CHUNK = 500
PERIODS = (("today", 0), ("week", 6), ("month", 29))


class LeadsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The list: rows, how it is narrowed, and what can be chosen. `told` are the tenant's words for outcomes."""

    base: str
    publisher: Publisher
    lines: list[Line]
    told: dict[str, str]
    has_outcomes: bool
    filters: Filters
    periods: list[tuple[str, str, bool]]
    offers: list[tuple[str, str]]
    codes: list[str]
    query: str
    narrowed: bool
    next_url: str
    first_url: str
    staff: bool


class SubIdsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Figures by sub-id of what fits the filters; `row_urls` lead from each by status ("" for all) to its rows."""

    base: str
    publisher: Publisher
    rows: list[queries.SubId]
    row_urls: dict[str, dict[str, str]]
    chart: Chart | None
    filters: Filters
    periods: list[tuple[str, str, bool]]
    offers: list[tuple[str, str]]
    codes: list[str]
    query: str
    narrowed: bool
    currency: str


class ExchangePage(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer. `days`: how long they are kept."""

    base: str
    exchange: queries.Exchange
    told: dict[str, str]
    tips: list[tuple[str, int]]
    days: int
    masked: bool
    staff: bool


class SentPages(Controller):
    """A publisher's own rows."""

    path = "/publisher"
    opt = USE

    @get("/leads")
    async def leads(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Newest first."""
        context = await leads_page(work, await own(work), request, LEADS, staff=False)
        return await pages.page(
            request, work, "publishers/leads.html", context, title=say("Leads"), fragment="publishers/_leads.html"
        )

    @get("/leads.csv")
    async def as_file(self, request: HttpRequest, work: WorkDep) -> Stream:
        """What the filters leave, as CSV."""
        publisher, rules = await own(work), await service.rules_of(work)
        lines = csv_lines(
            request, work.tenant, work.person, publisher.id, read_filters(request.query_params, publisher), rules.told
        )
        name = f"leads-{clock.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Stream(lines, media_type="text/csv; charset=utf-8", headers=headers)

    @get("/leads/sub-ids")
    async def sub_ids(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """Which of their own campaigns do well."""
        publisher = await own(work)
        filters = read_filters(request.query_params, publisher)
        offers = await queries.offers(work, publisher.id)
        rows = await queries.by_sub_id(work, publisher.id, filters, work.person.zone)
        context = SubIdsPage(
            base=f"{LEADS}/sub-ids",
            publisher=publisher,
            rows=rows,
            row_urls={row.sub_id: _rows_of(filters, row.sub_id) for row in rows if row.sub_id},
            chart=pictures.sub_ids(rows) if rows else None,
            filters=filters,
            periods=periods(f"{LEADS}/sub-ids", filters, work.person.zone),
            offers=[(offer.slug, offer.name) for offer in offers],
            codes=list(CODES),
            query=queries.query_of(filters),
            narrowed=any(name in request.query_params for name in Filters.__struct_fields__),
            currency=offers[0].currency if offers else "USD",
        )
        return await pages.page(request, work, "publishers/sub_ids.html", context, title=say("By sub-id"))

    @get("/leads/{submission_id:uuid}")
    async def exchange(self, request: HttpRequest, work: WorkDep, submission_id: FromPath[UUID]) -> Response[bytes]:
        """The exact request and answer of one row."""
        context = await exchange_page(work, (await own(work)).id, submission_id, LEADS, staff=False)
        return await pages.page(
            request,
            work,
            "publishers/exchange.html",
            context,
            title=say("Request and answer"),
            fragment="publishers/_exchange.html",
        )


def read_filters(params: Mapping[str, str], publisher: Publisher) -> Filters:
    """As they stand in the address; a zone that does not exist is none. Who is in test mode has tests and nothing else,
    so they are left out only where the address says so.
    """
    if publisher.state == "test" and "test" not in params:
        params = {**params, "test": "all"}
    filters = Filters(**{name: params.get(name, "")[:255] for name in Filters.__struct_fields__})
    return filters if filters.zone in available_timezones() else msgspec.structs.replace(filters, zone="")


def periods(base: str, filters: Filters, zone: str) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is this one) of the usual spans; the first is everything."""
    today = clock.now().astimezone(ZoneInfo(zone)).date()
    found = []
    for name, days in (("all", None), *PERIODS):
        since = "" if days is None else (today - timedelta(days=days)).isoformat()
        wanted = msgspec.structs.replace(filters, since=since, until="", zone="")
        here = (filters.since, filters.until) == (since, "")
        found.append((name, f"{base}?{queries.query_of(wanted)}", here))
    return found


def _rows_of(filters: Filters, sub_id: str) -> dict[str, str]:
    """The list within the same filters; what they leave of one status is that status."""
    about = {"sub_id": sub_id}
    wanted = {
        "": filters.status,
        "accepted": "accepted",
        "duplicate": "duplicate",
        "rejected": "rejected",
        "paid": "paid",
    }
    return {
        name: f"{LEADS}?{queries.query_of(msgspec.structs.replace(filters, status=status, **about))}"
        for name, status in wanted.items()
    }


async def leads_page(work: Work, publisher: Publisher, request: HttpRequest, base: str, *, staff: bool) -> LeadsPage:
    filters, cursor = read_filters(request.query_params, publisher), request.query_params.get("cursor", "")
    zone = work.person.zone
    found = await queries.lines(work, publisher.id, filters, cursor=cursor, zone=zone)
    query, told = queries.query_of(filters), (await service.rules_of(work)).told
    narrowed = any(name in request.query_params for name in Filters.__struct_fields__)
    joint = "&" if query else ""
    return LeadsPage(
        base=base,
        publisher=publisher,
        lines=found.lines,
        told=told,
        has_outcomes=any(line.told if line.told is not None else told for line in found.lines),
        filters=filters,
        periods=periods(base, filters, zone),
        offers=[(offer.slug, offer.name) for offer in await queries.offers(work, publisher.id)],
        codes=list(CODES),
        query=query,
        narrowed=narrowed,
        next_url=f"{base}?{query}{joint}cursor={pages.quoted(found.next_cursor)}" if found.next_cursor else "",
        first_url=f"{base}?{query}" if cursor else "",
        staff=staff,
    )


async def exchange_page(work: Work, publisher_id: UUID, submission_id: UUID, base: str, *, staff: bool) -> ExchangePage:
    """Staff see the whole request; the publisher what the tenant's rules leave of it."""
    rules = await service.rules_of(work)
    mask = rules.mask and not staff
    found = await queries.exchange(work, publisher_id, submission_id, mask=mask)
    if found is None:
        raise NotFound
    lost = tips(found.line.tips)
    return ExchangePage(
        base=base, exchange=found, told=rules.told, tips=lost, days=rules.request_days, masked=mask, staff=staff
    )


async def csv_lines(
    request: HttpRequest, tenant: Tenant, person: Person, publisher_id: UUID, filters: Filters, told: dict[str, str]
) -> AsyncIterator[bytes]:
    """The head, then the rows, a unit of work for each chunk. Who asks is looked at anew each time."""
    names = [
        "When",
        "Status",
        "Reasons",
        "Your reference",
        "Sub-id",
        "Offer",
        "Price",
        "Currency",
        "Quality",
        "Outcome",
    ]
    yield (BOM + csv_line([*names, "Test", "Id", "Returned", "Why returned"])).encode()
    cursor, zone = "", ZoneInfo(person.zone)
    while True:
        async with unit(tenant=tenant) as work:
            await authenticators["session"](work, request)
            if work.person is None or not work.person.may("publisher.use") or work.person.party_id != publisher_id:
                return
            page = await queries.lines(work, publisher_id, filters, cursor=cursor, limit=CHUNK, zone=person.zone)
        yield "".join(csv_line(_cells(line, zone, told)) for line in page.lines).encode()
        cursor = page.next_cursor
        if not cursor:
            return


def _cells(line: Line, zone: ZoneInfo, told: dict[str, str]) -> list[str]:
    reasons = "; ".join(f"{reason['field']}: {reason['code']}" for reason in line.reasons)
    words = told if line.told is None else line.told
    outcome = (words.get(line.stage) or say("In progress")) if words and line.stage else ""
    return [
        line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
        line.status,
        reasons,
        line.ref,
        line.sub_id,
        line.offer,
        format(major(line.price_amount, line.currency), "f"),
        line.currency,
        "" if line.quality is None else str(line.quality),
        say("Returned") if line.returned_at else outcome,
        "yes" if line.test else "no",
        str(line.lead_id or line.id),
        f"{line.returned_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if line.returned_at else "",
        line.return_reason,
    ]
