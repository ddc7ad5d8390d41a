"""The library, and one report: period and filters on top, the finding, charts, then the tables."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.analytics.models import Scope
from app.analytics.pages.periods import Periods, periods, same_days
from app.analytics.queries import Screen, view
from app.core import pages
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.reports import forms, queries, service
from app.reports.models import ReportFile
from app.reports.pages import making
from app.reports.queries import REPORTS, Choice, Made, Report, ScheduleLine, money
from app.reports.service import Asked
from themes.catalogue import say
from themes.terms import worded

PATH = "/admin/reports"
SEE = {"permission": "reports.view"}


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    reports: list[Report]
    files: list[ReportFile]
    schedules: list[ScheduleLine]


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    """`days` are the period's fields for forms; `cell` writes a table's cell. `made` None: it comes later, from `later`."""

    report: Report
    headline: str
    made: Made | None
    later: str
    periods: Periods
    days: dict[str, Any]
    scope: dict[str, str]
    choices: list[Choice]
    count: int
    cell: Any
    problems: list[FieldError]


class RowsPage(msgspec.Struct, frozen=True, kw_only=True):
    """The rows behind a figure: `count` of them, which come to `amount`."""

    screen: Screen
    count: int
    amount: int
    how: str
    invoices: bool
    periods: Periods
    next_url: str


class ReportPages(Controller):
    path = PATH
    opt = SEE

    @get("/")
    async def library(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = LibraryPage(
            reports=list(REPORTS.values()),
            files=await queries.files(work, work.person),
            schedules=await queries.schedules(work, work.person) if work.person.may("reports.schedule") else [],
        )
        return await pages.page(request, work, "reports/library.html", context, title=say("Reports"))

    @get("/{name:str}")
    async def show(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
        report = find(name)
        context = await _context(work, report, request.query_params)
        return await pages.page(request, work, "reports/report.html", context, title=worded(report.title))

    @get("/{name:str}/rows/{column:str}")
    async def rows(
        self, request: HttpRequest, work: WorkDep, name: FromPath[str], column: FromPath[str]
    ) -> Response[bytes]:
        """What a cell of "Program and money" counts. What cannot be read in the address is not found."""
        report, given = find(name), request.query_params
        try:
            scope = forms.scope_for(report, given)
        except Invalid:
            raise NotFound from None
        if report.name != "money":
            raise NotFound
        path = f"{PATH}/{name}/rows/{column}"
        asked, seen = await periods(work, path, given, keep=scope.given()), await view(work, work.person, scope)
        about = work, work.person, seen, asked.period
        screen, count, amount = await queries.behind(*about, column, given.get("cursor", ""))
        label, how = money.HEADINGS[column]
        after = urlencode({**scope.given(), **same_days(asked.period), "cursor": screen.cursor})
        context = RowsPage(
            screen=screen, count=count, amount=amount, how=say(money.HOW[how]), periods=asked, invoices=column == "billed",
            next_url=f"{path}?{after}" if screen.cursor else "",
        )  # fmt: skip
        return await pages.page(request, work, "reports/rows.html", context, title=say(label))

    @get("/{name:str}/figures")
    async def figures(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[bytes]:
        """Charts and tables, as the page fetches them; opened by itself, the page with them."""
        report = find(name)
        context = await _context(work, report, request.query_params, whole=True)
        return await pages.page(
            request, work, "reports/report.html", context, title=worded(report.title), fragment="reports/_figures.html"
        )

    @post("/{name:str}/files", opt={"permission": "reports.export"})
    async def take(self, request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
        """A small one is ready with the answer; a large one or a print is made by the worker, on a page that says how far."""
        report, given = find(name), await pages.form(request)
        try:
            kind, paper = forms.read_format(given)
            scope = forms.scope_for(report, given)
        except Invalid as problem:
            context = await _context(work, report, request.query_params)
            return await pages.refused(
                request, work, "reports/report.html", context, problem, title=worded(report.title)
            )
        asked = await periods(work, f"{PATH}/{name}", given)
        wanted = Asked(report=name, format=kind, paper=paper, period=asked.period, scope=scope)
        file_id = await service.order(work, work.person, wanted)
        assert file_id is not None  # only a schedule's can stand already
        if await service.make_at_once(work, work.person, wanted):
            await making.now(work, file_id)
            return pages.redirect(request, f"{PATH}/files/{file_id}/download")
        return pages.redirect(
            request, f"{PATH}/files/{file_id}", Toast(say("It is being made. You can leave this page."))
        )


def find(name: str) -> Report:
    if name not in REPORTS:
        raise NotFound
    return REPORTS[name]


async def _context(work: Any, report: Report, given: Any, *, whole: bool = False) -> ReportPage:
    """What the address asks for; filters that cannot be read are said, and nothing is narrowed by them."""
    problems: list[FieldError] = []
    try:
        scope = forms.scope_for(report, given)
    except Invalid as problem:
        scope, problems = Scope(), problem.errors
    path = f"{PATH}/{report.name}"
    asked = await periods(work, path, given, keep=scope.given())
    seen = await view(work, work.person, scope)
    days, about = same_days(asked.period), (work, work.person, seen, asked.period)
    made = await report.build(*about) if whole else None
    return ReportPage(
        report=report, headline=made.headline if made else await report.headline(*about), made=made, periods=asked, days=days,
        later=f"{path}/figures?{urlencode({**scope.given(), **days})}", scope=scope.given(), problems=problems, cell=service.cell,
        choices=await queries.choices(work, work.person, report), count=await report.count(work, seen, asked.period) if whole else 0,
    )  # fmt: skip
