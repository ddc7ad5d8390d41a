"""Taking a list out: as the address says, in the kind of file that is asked for; long ones are made behind the page."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import agenda, clock, conditions, events, fields, pages
from app.core.agenda import Stuck
from app.core.errors import Invalid, NotFound, invalid
from app.core.export import BOM, csv_line
from app.core.permissions import Person
from app.core.web import HttpRequest, WorkDep, authenticators
from app.core.work import Work, unit
from app.leads import forms, queries
from app.leads.forms import ListAsked
from app.leads.models import LeadFile
from app.leads.queries import Asked
from app.leads.queries.imports import SCREEN, FileRow, lead_file, lead_files
from app.leads.queries.sheet import Sheet, sheet, text
from app.leads.service import exports
from app.leads.service.exports import Wish
from app.leads.service.imports import open_body
from tenants.registry import Tenant
from themes.catalogue import say

PATH = "/agent/leads/exports"
CHUNK = 500


class NewExportPage(msgspec.Struct, frozen=True, kw_only=True):
    """What would be taken out, in words, and how many."""

    url: str
    list_url: str
    params: dict[str, str]
    chips: list[str]
    q: str
    count: int
    about: bool
    at_once: int
    sealed: list[str]


class ExportsPage(msgspec.Struct, frozen=True, kw_only=True):
    """`stuck` by the file's id: those that could not be made."""

    url: str
    files: list[FileRow]
    stuck: dict[str, Stuck]
    now: datetime


class ExportPage(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    file: LeadFile
    stuck: Stuck | None


class ExportPages(Controller):
    path = PATH
    opt = {"permission": "leads.export"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        files = await lead_files(work, "export", of=work.person.id)
        stuck = await agenda.stuck(work, exports.KIND)
        context = ExportsPage(url=PATH, files=files[:SCREEN], stuck=stuck, now=clock.now())
        return await pages.page(request, work, "leads/exports.html", context, title=say("Exports"))

    @get("/new")
    async def new(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """The list's own address says what is taken out."""
        context = await _new(work, await forms.read_list(work, work.person, request.query_params))
        return await pages.page(request, work, "leads/export_new.html", context, title=say("Export"))

    @post("/")
    async def create(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Few rows are the answer; of many the page says how far they are."""
        given = await pages.form(request)
        asked = await forms.read_list(work, work.person, {name: str(value) for name, value in given.items()})
        try:
            wish = _wish(asked, given)
        except Invalid as problem:
            context = await _new(work, asked)
            return await pages.refused(request, work, "leads/export_new.html", context, problem, title=say("Export"))
        count = await queries.count(work, work.person, asked.asked)
        file = await exports.order(work, wish, count, later=count > exports.AT_ONCE)
        if count > exports.AT_ONCE:
            return pages.redirect(request, f"{PATH}/{file.id}")
        body, rows = await _made(work, file.id)
        await exports.finish(work, file.id, body, rows, told_by_notice=False)
        return _attached(file.name, wish.format, body)

    @get("/{file_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[bytes]:
        file = await _standing(work, file_id)
        stuck = await agenda.stuck(work, exports.KIND) if file.state == "waiting" else {}
        context, fragment = ExportPage(url=PATH, file=file, stuck=stuck.get(str(file.id))), "leads/_export.html"
        return await pages.page(request, work, "leads/export.html", context, title=file.name, fragment=fragment)

    @post("/{file_id:uuid}/again")
    async def again(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """What was given up is made after all; pressing twice makes it once."""
        file = await _standing(work, file_id)
        found = (await agenda.stuck(work, exports.KIND)).get(str(file.id))
        if found is not None:
            await agenda.again(work, found.id)
        return pages.redirect(request, f"{PATH}/{file_id}")

    @get("/{file_id:uuid}/file")
    async def fetch(self, work: WorkDep, file_id: FromPath[UUID]) -> Response[bytes]:
        """For whoever made it alone, while it is kept."""
        file = await _standing(work, file_id, body=True)
        if file.body is None:
            raise NotFound
        return _attached(file.name, file.plan["format"], await open_body(work, file))


async def csv_chunks(request: HttpRequest, work: Work, asked: Asked) -> AsyncIterator[bytes]:
    """Every field of all that match, streamed: the plain address that programs know. Who asks and what they may is checked
    anew for each chunk; the file ends early when the right is gone.
    """
    events.record(work, "leads.exported", "person", work.person.id)
    return _lines(request, work.tenant, work.person, asked, await sheet(work, []))


async def _lines(
    request: HttpRequest, tenant: Tenant, person: Person, asked: Asked, found: Sheet
) -> AsyncIterator[bytes]:
    yield (BOM + csv_line(found.heads)).encode()
    cursor, zone = "", ZoneInfo(person.zone)
    while True:
        async with unit(tenant=tenant) as work:
            await authenticators["session"](work, request)
            if work.person is None or not work.person.may("leads.export"):
                return
            wanted = msgspec.structs.replace(asked, cursor=cursor, limit=CHUNK)
            screen = await queries.screen(work, work.person, wanted, found.extra)
        lines = (csv_line(text(row, field, person.locale, zone) for field in found.columns) for row in screen.rows)
        yield "".join(lines).encode()
        cursor = screen.cursor
        if not cursor:
            return


async def _made(work: Work, file_id: UUID) -> tuple[bytes, int]:
    """In the request's own unit of work."""
    begun, person = await exports.begin(work, file_id), work.person
    if begun is None:
        raise NotFound

    async def unseen(*_: Any) -> None:
        """Nobody watches the progress of what is ready with the answer."""

    made = await exports.make(begun, lambda: nullcontext(work), unseen)
    work.person = person
    return made


async def _standing(work: Work, file_id: UUID, *, body: bool = False) -> LeadFile:
    file = await lead_file(work, work.person, "export", file_id, body=body)
    if file.expires_at <= clock.now():
        raise NotFound
    return file


async def _new(work: Work, asked: ListAsked) -> NewExportPage:
    count = await queries.count(work, work.person, asked.asked)
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    zone = ZoneInfo(work.person.zone)
    names = ("view", "q", "where", "sort", "columns")
    return NewExportPage(
        url=PATH, list_url=asked.address.to(), params={name: asked.address.params.get(name, "") for name in names},
        chips=conditions.to_chips(asked.where, fieldset, locale=work.person.locale, zone=zone), q=asked.q,
        count=min(count, queries.COUNT_CAP), about=count > queries.COUNT_CAP, at_once=exports.AT_ONCE,
        sealed=[field.label for field in fieldset if field.sensitive],
    )  # fmt: skip


def _wish(asked: ListAsked, given: dict[str, Any]) -> Wish:
    """Raises Invalid."""
    format_ = str(given.get("format", ""))
    if format_ not in exports.FORMATS:
        raise invalid("format", say("Choose CSV, Excel or JSON."), "missing")
    where = {} if asked.asked.where == conditions.EVERYTHING else conditions.to_json(asked.asked.where)
    columns = asked.columns if given.get("which") == "list" else []
    return Wish(
        format=format_, q=asked.q, where=where, sort=asked.asked.sort, archived=asked.asked.archived, columns=columns
    )


def _attached(name: str, format_: str, body: bytes) -> Response[bytes]:
    headers = {
        **pages.NO_STORE,
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, status_code=200, media_type=exports.FORMATS[format_], headers=headers)


HANDLERS: list[Any] = [ExportPages]
