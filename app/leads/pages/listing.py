"""The list of leads: tabs, filters as a sentence, one screen of rows, counts that come a moment later."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from app.core import clock, conditions, config, fields, pages
from app.core.conditions import Condition
from app.core.errors import Invalid, NotFound
from app.core.fields import FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.forms import Address, ListAsked
from app.leads.models import Verb
from app.leads.pages.columns import ColumnMove, Head, cells_of, choices_of, heads_of, moves_of
from app.leads.pages.export import csv_chunks
from app.leads.pages.filters import FilterForm, filter_form, filter_of, part_from
from app.leads.pages.fresh import NEW, added, new_page, twins_of
from app.leads.queries import Asked, LeadRow, View
from themes.catalogue import say
from themes.terms import spelled, worded

VIEW = {"permission": "leads.view"}
DEFAULT_COLUMNS = frozenset(forms.COLUMNS)


class Chip(msgspec.Struct, frozen=True):
    """One part of the filter in words, where the list is without it, and where it is changed."""

    text: str
    without: str
    edit: str


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `leads/list.html` and its rows show."""

    address: Address
    views: list[View]
    view: View
    view_says: list[str]
    q: str
    where: str
    sort: str
    chips: list[Chip]
    heads: list[Head]
    columns: dict[str, list[tuple[str, str, bool]]]
    moves: list[ColumnMove]
    rows: list[LeadRow]
    cells: dict[UUID, dict[str, str]]
    now: datetime
    next_url: str
    first_url: str
    filter: FilterForm
    owners: list[tuple[str, str]]
    stages: list[tuple[str, str]]
    thresholds: list[int]
    filtered: bool
    verbs: list[tuple[Verb, list[tuple[str, str]]]]
    running: str


class FilterPage(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the filter, being changed."""

    address: Address
    filter: FilterForm
    place: int


class Count(msgspec.Struct, frozen=True):
    """How many match; `about` when there are more than were counted."""

    count: int
    about: bool


class TabsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Tabs with their counts."""

    address: Address
    view: View
    views: list[View]
    counts: dict[str, int]


class LeadListPages(Controller):
    """`/agent/leads` and the fragments that belong to it."""

    path = forms.LIST
    opt = VIEW

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """A filter, sort or place that can't be read is said above an empty list, with the way out."""
        try:
            asked = await forms.read_list(work, work.person, request.query_params)
            context = await _context(work, asked, request.query_params)
        except Invalid as problem:
            plain = await forms.read_list(work, work.person, {})
            context = await _context(work, plain, {}, rows=False)
            return await pages.refused(request, work, "leads/list.html", context, problem, title=await _title(work))
        only_rows = request.headers.get("HX-Target") == "lead-rows"
        fragment = "leads/_row_list.html" if only_rows else "leads/_list.html"
        if "sheet" in request.query_params:
            fragment = "leads/_filter_new.html"
        return await pages.page(request, work, "leads/list.html", context, title=await _title(work), fragment=fragment)

    @post("/", opt=NEW)
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Into the first stage, owned by whoever adds it where they work leads themselves."""
        given = await pages.form(request)
        try:
            lead_id = await added(work, given)
        except Invalid as problem:
            twins = await twins_of(work, given) if any(error.code == "duplicate" for error in problem.errors) else []
            context = await new_page(work, given, twins)
            title, fragment = worded("New %(lead)s"), "leads/_new.html"
            return await pages.refused(
                request, work, "leads/new.html", context, problem, title=title, fragment=fragment
            )
        return pages.redirect(request, f"{forms.LIST}/{lead_id}", Toast(say("Added.")))

    @get("/count")
    async def count(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The number on a tab or over the list."""
        asked = await forms.read_list(work, work.person, request.query_params)
        found = await queries.count(work, work.person, asked.asked)
        about = found > queries.COUNT_CAP
        context = Count(min(found, queries.COUNT_CAP), about)
        return await pages.page(request, work, "leads/_count.html", context, title="")

    @get("/tabs")
    async def tabs(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The tabs again, with how many each holds."""
        asked = await forms.read_list(work, work.person, request.query_params)
        counts = {view.key: await _count_of(work, view) for view in asked.views}
        context = TabsPage(address=Address(forms.LIST, {}), view=asked.view, views=asked.views, counts=counts)
        return await pages.page(request, work, "leads/_tabs.html", context, title="")

    @get("/filter")
    async def filter(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Add one part to the filter: back to the list with it in the address, or the form again with what
        to mend.
        """
        given = request.query_params
        asked = await forms.read_list(work, work.person, given)
        try:
            where = await _with_part(work, asked.where, given)
        except Invalid as problem:
            context = await _context(work, asked, given)
            return await pages.refused(request, work, "leads/list.html", context, problem, title=await _title(work))
        return pages.redirect(request, asked.address.to(where=where))

    @get("/filter/edit")
    async def edit_filter(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """One chip's part as a form; `place` says which one. For a part that is gone: the list as it stands."""
        given = request.query_params
        asked = await forms.read_list(work, work.person, given)
        try:
            part = _part_at(asked.where, given.get("place", ""))
        except NotFound:
            return pages.redirect(request, asked.address.to())
        fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
        context = FilterPage(
            address=asked.address, filter=filter_of(fieldset, part), place=int(given.get("place", "0"))
        )
        return await pages.page(
            request, work, "leads/filter.html", context, title=say("Filter"), fragment="leads/_filter_sheet.html"
        )

    @get("/bulk/{trace:str}")
    async def progress(self, request: HttpRequest, work: WorkDep, trace: FromPath[str]) -> Response[bytes]:
        """How far a long change of many is; it asks again until it is done."""
        found = await queries.progress(work, trace, work.person.id)
        context = {"progress": found, "trace": trace}
        return await pages.page(request, work, "leads/_progress.html", context, title="")

    @get("/export.csv", opt={"permission": "leads.export"})
    async def export(self, request: HttpRequest, work: WorkDep) -> Stream:
        """All that match, as CSV, in the order of the list."""
        asked = await forms.read_list(work, work.person, request.query_params)
        headers = {"Content-Disposition": 'attachment; filename="leads.csv"', "Cache-Control": "no-store"}
        return Stream(
            await csv_chunks(request, work, asked.asked),
            media_type="text/csv; charset=utf-8",
            headers=headers,
        )


async def _count_of(work: Work, view: View) -> int:
    return await queries.count(work, work.person, Asked(where=await forms.of_view(work, view), archived=view.archived))


async def _title(work: Work) -> str:
    return spelled("lead", await config.get(work, "terms"))["other"]


async def _context(work: Work, asked: ListAsked, given: Any, *, rows: bool = True) -> ListPage:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    extra = queries.columns_of(fieldset, [name for name in asked.columns if name not in DEFAULT_COLUMNS])
    screen = await queries.screen(work, work.person, asked.asked, extra) if rows else None
    return ListPage(
        address=asked.address,
        views=asked.views,
        view=asked.view,
        view_says=await _view_says(work, asked, fieldset),
        q=asked.q,
        where=asked.address.params["where"],
        sort=asked.asked.sort,
        chips=_chips(work, asked, fieldset),
        heads=heads_of(asked.columns, fieldset),
        moves=moves_of(asked, fieldset),
        columns=choices_of(asked.columns, fieldset),
        rows=screen.rows if screen else [],
        cells=cells_of(work, screen.rows if screen else [], extra),
        now=clock.now(),
        next_url=asked.address.to(cursor=screen.cursor) if screen and screen.cursor else "",
        first_url=asked.address.to() if asked.asked.cursor else "",
        filter=filter_form(fieldset, given),
        owners=list(fieldset["owner"].options),
        stages=list(fieldset["stage"].options),
        thresholds=list(await config.get(work, "score_thresholds")),
        filtered=bool(asked.q or asked.address.params["where"] or asked.view.key != "all"),
        verbs=await service.choices(work, work.person),
        running=given.get("running", "")[:40] if given else "",
    )


async def _view_says(work: Work, asked: ListAsked, fieldset: FieldSet) -> list[str]:
    """What somebody's own view lets through, in words; the built-in ones say it by their names."""
    where = await forms.of_view(work, asked.view) if asked.view.own else conditions.EVERYTHING
    return conditions.to_chips(where, fieldset, locale=work.person.locale, zone=ZoneInfo(work.person.zone))


def _chips(work: Work, asked: ListAsked, fieldset: FieldSet) -> list[Chip]:
    texts = conditions.to_chips(asked.where, fieldset, locale=work.person.locale, zone=ZoneInfo(work.person.zone))
    address, parts = asked.address, forms.parts_of(asked.where)
    simple = [_simple(part) for part in parts]
    return [
        Chip(
            text,
            address.to(where=forms.without_part(asked.where, place)),
            address.to(f"{forms.LIST}/filter/edit", place=str(place)) if simple[place] else "",
        )
        for place, text in enumerate(texts)
    ]


def _simple(part: dict[str, Any]) -> bool:
    """One comparison of one field, or its opposite: what the form can hold."""
    inner = part.get("not", part)
    return isinstance(inner, dict) and "field" in inner


def _part_at(where: Condition, place: str) -> dict[str, Any]:
    parts = forms.parts_of(where)
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(parts)
    if at >= len(parts) or not _simple(parts[at]):
        raise NotFound
    return parts[at]


async def _with_part(work: Work, where: Condition, given: Any) -> str:
    """The filter of the address with one more part, or with the one at `place` changed. Raises Invalid."""
    part = part_from(given.get("field", ""), given.get("op", ""), given.getall("value", []))
    place = given.get("place", "")
    if place:
        _part_at(where, place)
    text = forms.replaced(where, int(place), part) if place else forms.with_part(where, part)
    await forms.read_where(work, text)
    return text
