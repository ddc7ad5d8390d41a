"""The list of leads: tabs, filters as a sentence, one screen of rows, counts that come a moment later."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.response import Stream

from app.core import clock, conditions, config, fields, pages
from app.core.conditions import Condition
from app.core.errors import Invalid
from app.core.fields import Field, FieldSet
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries
from app.leads.forms import Address, ListAsked
from app.leads.pages.export import csv_chunks
from app.leads.pages.filters import FilterForm, filter_form, part_from
from app.leads.pages.fresh import NEW, added, new_page, twins_of
from app.leads.queries import Asked, LeadRow, View

VIEW = {"permission": "leads.view"}
DEFAULT_COLUMNS = frozenset(forms.COLUMNS)
LABELS = {"last_contact_at": "Last contact", "next_action_at": "Next step"}


class Head(msgspec.Struct, frozen=True):
    """A column's head: `number` aligns right, `sorts` says whether a click sorts by it."""

    name: str
    label: str
    number: bool
    sorts: bool


class Chip(msgspec.Struct, frozen=True):
    """One part of the filter in words, and where the list is without it."""

    text: str
    without: str


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `leads/list.html` and its rows show."""

    address: Address
    views: list[View]
    view: View
    q: str
    where: str
    sort: str
    chips: list[Chip]
    heads: list[Head]
    columns: dict[str, list[tuple[str, str, bool]]]
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
            return await pages.refused(request, work, "leads/list.html", context, problem, title=_title())
        only_rows = request.headers.get("HX-Target") == "lead-rows"
        fragment = "leads/_row_list.html" if only_rows else "leads/_list.html"
        return await pages.page(request, work, "leads/list.html", context, title=_title(), fragment=fragment)

    @post("/", opt=NEW)
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Into the first stage, owned by whoever adds it where they work leads themselves."""
        given = await pages.form(request)
        try:
            lead_id = await added(work, given)
        except Invalid as problem:
            twins = await twins_of(work, given) if any(error.code == "duplicate" for error in problem.errors) else []
            context = await new_page(work, given, twins)
            title, fragment = "New lead", "leads/_new.html"
            return await pages.refused(
                request, work, "leads/new.html", context, problem, title=title, fragment=fragment
            )
        return pages.redirect(request, f"{forms.LIST}/{lead_id}", Toast("Added."))

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
            where = await _with_part(
                work, asked.where, given.get("field", ""), given.get("op", ""), given.getall("value", [])
            )
        except Invalid as problem:
            context = await _context(work, asked, given)
            return await pages.refused(request, work, "leads/list.html", context, problem, title=_title())
        return pages.redirect(request, asked.address.to(where=where))

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
    return await queries.count(work, work.person, Asked(where=await forms.of_view(work, view)))


def _title() -> str:
    return "Leads"


async def _context(work: Work, asked: ListAsked, given: Any, *, rows: bool = True) -> ListPage:
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    extra = queries.columns_of(fieldset, [name for name in asked.columns if name not in DEFAULT_COLUMNS])
    screen = await queries.screen(work, work.person, asked.asked, extra) if rows else None
    return ListPage(
        address=asked.address,
        views=asked.views,
        view=asked.view,
        q=asked.q,
        where=asked.address.params["where"],
        sort=asked.asked.sort,
        chips=_chips(work, asked, fieldset),
        heads=_heads(asked.columns, fieldset),
        columns=_choices(asked.columns, fieldset),
        rows=screen.rows if screen else [],
        cells=_cells(work, screen.rows if screen else [], extra),
        now=clock.now(),
        next_url=asked.address.to(cursor=screen.cursor) if screen and screen.cursor else "",
        first_url=asked.address.to() if asked.asked.cursor else "",
        filter=filter_form(fieldset, given),
        owners=list(fieldset["owner"].options),
        stages=list(fieldset["stage"].options),
        thresholds=list(await config.get(work, "score_thresholds")),
        filtered=bool(asked.q or asked.address.params["where"] or asked.view.key != "all"),
    )


def _cells(work: Work, rows: list[LeadRow], extra: list[Field]) -> dict[UUID, dict[str, str]]:
    """Further columns as text, by lead and field."""
    locale, zone = work.person.locale, ZoneInfo(work.person.zone)
    texts = {field.name: partial(fields.format_value, field, locale=locale, zone=zone, short=True) for field in extra}
    return {row.id: {name: text(row.extra[name]) for name, text in texts.items()} for row in rows}


def _chips(work: Work, asked: ListAsked, fieldset: FieldSet) -> list[Chip]:
    texts = conditions.to_chips(asked.where, fieldset, locale=work.person.locale, zone=ZoneInfo(work.person.zone))
    return [
        Chip(text, asked.address.to(where=forms.without_part(asked.where, place))) for place, text in enumerate(texts)
    ]


def _heads(columns: list[str], fieldset: FieldSet) -> list[Head]:
    known = [fieldset[name] for name in columns if name in fieldset and not fieldset[name].sensitive]
    return [
        Head(
            field.name,
            LABELS.get(field.name, field.label),
            field.kind == "number",
            field.name in queries.SORTS,
        )
        for field in known
    ]


def _choices(columns: list[str], fieldset: FieldSet) -> dict[str, list[tuple[str, str, bool]]]:
    """Every field that can stand as a column, by group: name, label, whether it stands there now."""
    possible = {field.name for field in queries.columns_of(fieldset, fieldset.names)} - {"name"}
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for field in fieldset:
        if field.name in possible:
            choice = (field.name, LABELS.get(field.name, field.label), field.name in columns)
            groups.setdefault(field.group.replace("_", " ").capitalize(), []).append(choice)
    return groups


async def _with_part(work: Work, where: Condition, name: str, op: str, values: list[str]) -> str:
    """The filter of the address with one more part. Raises Invalid."""
    text = forms.with_part(where, part_from(name, op, values))
    await forms.read_where(work, text)
    return text
