"""One file: how far it is, and the file itself."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import agenda, events, pages
from app.core.agenda import Stuck
from app.core.errors import NotFound
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.reports import queries
from app.reports.models import ReportFile
from app.reports.queries import REPORTS
from themes.catalogue import say
from themes.terms import worded

PATH = "/admin/reports/files"


class FilePage(msgspec.Struct, frozen=True, kw_only=True):
    file: ReportFile
    stuck: Stuck | None
    title: str
    first: date
    last: date


class FilePages(Controller):
    path = PATH
    opt = {"permission": "reports.view"}

    @get("/{file_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[bytes]:
        file = await queries.file(work, work.person, file_id)
        first, _, last = file.period.partition("..")
        title, stuck = worded(REPORTS[file.report].title), await _stuck(work, file)
        context = FilePage(
            file=file, stuck=stuck, title=title, first=date.fromisoformat(first), last=date.fromisoformat(last)
        )
        return await pages.page(
            request, work, "reports/file.html", context, title=say("Report file"), fragment="reports/_file.html"
        )

    @post("/{file_id:uuid}/again", opt={"permission": "reports.export"})
    async def again(self, request: HttpRequest, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """What was given up is made after all; pressing twice makes it once."""
        file = await queries.file(work, work.person, file_id)
        if (found := await _stuck(work, file)) is not None:
            await agenda.again(work, found.id)
        return pages.redirect(request, f"{PATH}/{file_id}")

    @get("/{file_id:uuid}/download")
    async def download(self, work: WorkDep, file_id: FromPath[UUID]) -> Response[Any]:
        """The bytes, as they were made; who takes them stands in the audit log."""
        file = await queries.file(work, work.person, file_id, body=True)
        if file.body is None:
            raise NotFound
        events.record(work, "report.downloaded", "report", file.id, name=file.name)
        headers = {
            **pages.NO_STORE,
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "X-Content-Type-Options": "nosniff",
        }
        return Response(file.body, media_type=file.content_type, headers=headers)


async def _stuck(work: Work, file: ReportFile) -> Stuck | None:
    """Its making, given up after all tries."""
    return (await agenda.stuck(work, "reports.make")).get(str(file.id)) if file.state in ("waiting", "making") else None
