"""What is done to one row where it stands: cells that are changed in place, and the sheets that keys open."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, fields, pages
from app.core.errors import Invalid, NotFound, invalid
from app.core.fields import Unreadable
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads import forms, queries, service
from app.leads.pages.columns import Head, cells_of, heads_of
from app.leads.queries import Asked, LeadPage, LeadRow
from app.tasks import service as tasks
from app.tasks.service import TaskValues
from themes.catalogue import say

CELLS = ("stage", "owner", "next_action_at")


class SheetPage(msgspec.Struct, frozen=True, kw_only=True):
    """One lead and where to go on afterwards."""

    it: LeadPage
    url: str
    next: str


class CellPage(msgspec.Struct, frozen=True, kw_only=True):
    """One cell as an input."""

    url: str
    name: str
    label: str
    value: str
    options: list[tuple[str, str]]


class RowPage(msgspec.Struct, frozen=True, kw_only=True):
    """One row again, with the columns of the list that it stands in."""

    row: LeadRow
    heads: list[Head]
    cells: dict[UUID, dict[str, str]]
    now: Any
    archived: bool


class RowPages(Controller):
    """`/agent/leads/{id}/…` for the list and the board."""

    path = f"{forms.LIST}/{{lead_id:uuid}}"
    opt = {"permission": "leads.edit"}

    @get("/menu", opt={"permission": "leads.view"})
    async def menu(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        return await _sheet(request, work, lead_id, "menu")

    @get("/move")
    async def move(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """All stages, one press each."""
        return await _sheet(request, work, lead_id, "move")

    @get("/cell/{name:str}")
    async def cell(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], name: FromPath[str]) -> Any:
        it = await queries.lead_page(work, work.person, lead_id)
        context = await _cell(work, it, name)
        return await pages.page(request, work, "leads/_cell.html", context, title="")

    @post("/cell/{name:str}")
    async def write(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID], name: FromPath[str]) -> Any:
        """The row again. A stage that demands more is asked for in a sheet instead."""
        given = await pages.form(request)
        it, to = await queries.lead_page(work, work.person, lead_id), str(given.get("to", ""))
        back = _list_of(request)
        try:
            said = await _write(work, it, name, to)
        except Invalid as problem:
            if name != "stage":
                raise
            del problem
            work.abandon()
            response = await _row(request, work, lead_id, back)
            url = f"{forms.LIST}/{lead_id}/stage?stage={pages.quoted(to)}&next={pages.quoted(back)}"
            response.headers["HX-Trigger"] = msgspec.json.encode({"ui:sheet": {"url": url}}).decode()
            return response
        return await _row(request, work, lead_id, back, Toast(said, f"{forms.LIST}/undo/{work.trace}"))

    @post("/archive", opt={"permission": "leads.assign"})
    async def archive(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Out of sight, and back by Undo or from the archive."""
        given = await pages.form(request)
        await queries.lead(work, work.person, lead_id)
        await service.delete(work, lead_id)
        onward = pages.safe_next(str(given.get("next") or ""), forms.LIST)
        return pages.redirect(request, onward, Toast(say("Archived."), f"{forms.LIST}/undo/{work.trace}"))

    @post("/restore", opt={"permission": "leads.assign"})
    async def restore(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        await queries.lead(work, work.person, lead_id, archived=True)
        await service.restore(work, lead_id)
        return pages.redirect(request, f"{forms.LIST}/{lead_id}", Toast(say("Back from the archive.")))


async def _sheet(request: HttpRequest, work: Work, lead_id: UUID, name: str) -> Response[bytes]:
    it = await queries.lead_page(work, work.person, lead_id)
    onward = pages.safe_next(request.query_params.get("next"), forms.LIST)
    context = SheetPage(it=it, url=f"{forms.LIST}/{lead_id}", next=onward)
    title = say("%(name)s · Change", name=it.contact.name)
    return await pages.page(request, work, f"leads/{name}.html", context, title=title, fragment=f"leads/_{name}.html")


async def _cell(work: Work, it: LeadPage, name: str) -> CellPage:
    if name not in CELLS or (name == "owner" and not work.person.may("leads.assign")):
        raise NotFound
    value, options = "", []
    if name == "stage":
        value, options = it.stage.name, [(stage.name, stage.label) for stage in it.stages]
    elif name == "owner":
        value = str(it.lead.owner_id or "")
        options = [("", say("Nobody")), *it.fieldset["owner"].options]
    elif it.lead.next_action_at:
        value = it.lead.next_action_at.astimezone(ZoneInfo(work.person.zone)).strftime("%Y-%m-%dT%H:%M")
    url = f"{forms.LIST}/{it.lead.id}/cell/{name}"
    return CellPage(url=url, name=name, label=it.fieldset[name].label, value=value, options=options)


async def _write(work: Work, it: LeadPage, name: str, to: str) -> str:
    """Raises Invalid, NotFound."""
    await _cell(work, it, name)
    if name == "stage":
        await service.change_stage(work, it.lead.id, to)
        return say("Moved to %(stage)s.", stage=next(one.label for one in it.stages if one.name == to))
    if name == "owner":
        owner = _uuid(to) if to else None
        await service.assign(work, it.lead.id, owner, reason="manual")
        names = await queries.people_names(work, [owner])
        return say("Assigned to %(name)s.", name=names.get(owner, say("nobody")))
    return await _next_step(work, it, to)


async def _next_step(work: Work, it: LeadPage, to: str) -> str:
    """The first open task is put to that time; where there is none, a new one says what to do."""
    try:
        at = fields.read(it.fieldset["next_action_at"], to, ZoneInfo(work.person.zone)) if to else None
    except Unreadable as fault:
        raise invalid("to", fault.message) from None
    waiting = sorted((task for task in it.tasks if task.due_at and not task.done_at), key=lambda task: task.due_at)
    if waiting:
        await tasks.change_task(work, waiting[0].id, due_at=at)
    elif at is not None:
        values = TaskValues(title=say("Follow up"), due_at=at, assignee_id=it.lead.owner_id)
        await tasks.add_task(work, values, entity="lead", entity_id=it.lead.id)
    return say("Next step saved.")


async def _row(
    request: HttpRequest, work: Work, lead_id: UUID, back: str, toast: Toast | None = None
) -> Response[bytes]:
    asked = await forms.read_list(work, work.person, dict(parse_qsl(urlsplit(back).query)))
    fieldset = await fields.fill_options(work, await fields.registry(work, "lead"))
    extra = queries.columns_of(fieldset, [name for name in asked.columns if name not in forms.COLUMNS])
    row = await queries.row(work, work.person, lead_id, Asked(), extra)
    context = RowPage(
        row=row,
        heads=heads_of(asked.columns, fieldset),
        cells=cells_of(work, [row], extra),
        now=clock.now(),
        archived=False,
    )
    return await pages.page(request, work, "leads/_one_row.html", context, title="", toast=toast)


def _list_of(request: HttpRequest) -> str:
    """The list that the row stands in, as the browser says."""
    parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    here = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return pages.safe_next(here, forms.LIST) if parts.path == forms.LIST else forms.LIST


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("to", say("Choose somebody on the team.")) from None
