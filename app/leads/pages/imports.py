"""Bringing in a book of leads: the file, what its columns are, how it would look, the run, what became of it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from app.core import agenda, pages
from app.core.agenda import Stuck
from app.core.errors import Invalid, invalid
from app.core.export import BOM, csv_line
from app.core.pages import Toast
from app.core.ports.sheets import LARGEST
from app.core.web import HttpRequest, WorkDep, authenticators, is_htmx
from app.core.work import unit
from app.leads.models import GOING, STEPS, Plan
from app.leads.pages.import_forms import mapping_page, preview_page, read_options, read_plan
from app.leads.queries import imports as queries
from app.leads.queries.imports import FileRow
from app.leads.service import import_running, import_undoing, imports
from themes.catalogue import say

PATH = "/agent/leads/import"
BEFORE_RUN = ("mapping", "checking", "ready")
CHUNK = 1_000


class ImportsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file is chosen, and the imports before it; `stuck` by the file's id."""

    url: str
    files: list[FileRow]
    stuck: dict[str, Stuck]
    more: bool
    everybody: bool


class ResultPage(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run is, and what became of it."""

    url: str
    file: Any
    stuck: Stuck | None
    plan: Plan
    worked: int
    examples: list[Any]


class ImportPages(Controller):
    path = PATH
    opt = {"permission": "leads.import"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _imports(work, of=work.person.id)
        return await pages.page(request, work, "leads/imports.html", context, title=say("Import"))

    @post("/", request_max_body_size=LARGEST + 5_000_000)
    async def upload(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        given = await pages.form(request)
        try:
            name, body = await _sent(given.get("file"))
        except Invalid as problem:
            context = await _imports(work, of=work.person.id)
            return await pages.refused(request, work, "leads/imports.html", context, problem, title=say("Import"))
        file = await imports.take_file(work, name, body)
        return pages.redirect(request, f"{PATH}/{file.id}")

    @get("/{file_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """The step that the import is at; `?step=columns` goes back to the columns before the run."""
        file = await queries.lead_file(work, work.person, "import", file_id)
        title = say("Import %(name)s", name=file.name)
        if is_htmx(request) and file.state not in (*GOING, "ready"):
            return pages.redirect(request, f"{PATH}/{file_id}")  # what was waited for is there: the whole page has more
        again = request.query_params.get("step") == "columns" and file.state in BEFORE_RUN
        if file.state == "mapping" or again:
            context: Any = await mapping_page(work, file, {})
            return await pages.page(request, work, "leads/import_columns.html", context, title=title)
        if file.state in BEFORE_RUN:
            context, fragment = await preview_page(work, file, {}), "leads/_import_check.html"
            return await pages.page(request, work, "leads/import_preview.html", context, title=title, fragment=fragment)
        context = await _result(work, file)
        return await pages.page(
            request, work, "leads/import.html", context, title=title, fragment="leads/_import_progress.html"
        )

    @post("/{file_id:uuid}/columns")
    async def columns(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """What becomes of each column; then every line is checked."""
        file, given = await queries.lead_file(work, work.person, "import", file_id), await pages.form(request)
        if file.state not in BEFORE_RUN:
            return pages.redirect(request, f"{PATH}/{file_id}")
        try:
            plan, new = await read_plan(work, file, given)
            await imports.map_columns(work, file_id, plan, new)
        except Invalid as problem:
            context = await mapping_page(work, file, given)
            title = say("Import %(name)s", name=file.name)
            return await pages.refused(request, work, "leads/import_columns.html", context, problem, title=title)
        return pages.redirect(request, f"{PATH}/{file_id}")

    @post("/{file_id:uuid}/run")
    async def run(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """Once: pressing twice starts nothing twice."""
        file, given = await queries.lead_file(work, work.person, "import", file_id), await pages.form(request)
        if file.state in ("checking", "ready"):
            try:
                await import_running.run(work, file_id, await read_options(work, file, given))
            except Invalid as problem:
                context = await preview_page(work, file, given)
                title = say("Import %(name)s", name=file.name)
                return await pages.refused(request, work, "leads/import_preview.html", context, problem, title=title)
        return pages.redirect(request, f"{PATH}/{file_id}")

    @post("/{file_id:uuid}/stop")
    async def stop(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        await queries.lead_file(work, work.person, "import", file_id)
        await import_running.stop(work, file_id)
        return pages.redirect(
            request, f"{PATH}/{file_id}", Toast(say("Stopped. What is in stays until you take it back."))
        )

    @post("/{file_id:uuid}/again")
    async def again(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """What was given up goes on where it stood; pressing twice does it once."""
        await queries.lead_file(work, work.person, "import", file_id)
        await imports.again(work, file_id)
        return pages.redirect(request, f"{PATH}/{file_id}")

    @post("/{file_id:uuid}/undo")
    async def undo(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        file, given = await queries.lead_file(work, work.person, "import", file_id), await pages.form(request)
        if file.state in ("done", "stopped"):
            await import_undoing.take_back(work, file_id, keep_worked=not given.get("every"))
        return pages.redirect(request, f"{PATH}/{file_id}")

    @post("/{file_id:uuid}/discard")
    async def discard(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        await queries.lead_file(work, work.person, "import", file_id)
        await imports.discard(work, file_id)
        return pages.redirect(request, PATH, Toast(say("Discarded. Nothing was brought in.")))

    @get("/{file_id:uuid}/errors.csv")
    async def errors(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Stream:
        """The lines that did not become leads, as they were, and why: to be mended and brought in again."""
        file = await queries.lead_file(work, work.person, "import", file_id)
        columns = msgspec.convert(file.plan, Plan).columns
        head = BOM + csv_line([*columns, say("Why it was refused")])
        name = pages.quoted(file.name.rsplit(".", 1)[0])
        headers = {
            **pages.NO_STORE,
            "Content-Disposition": f"attachment; filename=\"refused.csv\"; filename*=UTF-8''{name}-refused.csv",
        }
        lines = _refused(request, work.tenant, file_id, head)
        return Stream(lines, media_type="text/csv; charset=utf-8", headers=headers)


class EveryImportPages(Controller):
    """All imports of the tenant, for whoever looks after its leads."""

    path = "/admin/imports"
    opt = {"permission": "leads.configure"}

    @get("/")
    async def index(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        context = await _imports(work, of=None)
        return await pages.page(request, work, "leads/every_import.html", context, title=say("Imports"))


async def _refused(request: HttpRequest, tenant: Any, file_id: UUID, head: str) -> AsyncIterator[bytes]:
    """A unit of work for each chunk; the file ends early when the right is gone."""
    yield head.encode()
    after = -1
    while True:
        async with unit(tenant=tenant) as work:
            await authenticators["session"](work, request)
            if work.person is None or not work.person.may("leads.import"):
                return
            rows = await queries.import_rows(work, file_id, after=after, limit=CHUNK, outcomes=("refused",))
            cells = await queries.cells_of(work, file_id, rows)
        yield "".join(csv_line([*line, row.reason]) for row, line in zip(rows, cells, strict=True)).encode()
        if len(rows) < CHUNK:
            return
        after = rows[-1].number


async def _imports(work: Any, *, of: UUID | None) -> ImportsPage:
    files = await queries.lead_files(work, "import", of=of)
    stuck = await agenda.stuck(work, *STEPS)
    shown, more = files[: queries.SCREEN], len(files) > queries.SCREEN
    return ImportsPage(url=PATH, files=shown, stuck=stuck, more=more, everybody=of is None)


async def _result(work: Any, file: Any) -> ResultPage:
    over = file.state in ("done", "stopped")
    count, examples = await queries.worked(work, file) if over else (0, [])
    stuck, plan = await imports.stuck(work, file), msgspec.convert(file.plan, Plan)
    return ResultPage(url=PATH, file=file, stuck=stuck, plan=plan, worked=count, examples=examples)


async def _sent(sent: Any) -> tuple[str, bytes]:
    """Name and bytes of the file. Raises Invalid."""
    body = await sent.read() if hasattr(sent, "read") else b""
    if not body:
        raise invalid("file", say("Choose a file: CSV or Excel."), "missing")
    if len(body) > LARGEST:
        size = say("%(n)s MB", n=round(len(body) / 1_000_000))
        raise invalid(
            "file",
            say("This file has %(size)s; 25 MB is the most. Split it, or save it as CSV.", size=size),
            "too_long",
        )
    name = " ".join(str(sent.filename).replace("\\", "/").split("/")[-1].replace("\0", "").split())
    return name or say("File"), body


HANDLERS: list[Any] = [ImportPages, EveryImportPages]
