"""A lead's documents for staff, and how a file leaves."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import events, pages
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.documents import queries, service
from app.documents.models import MOST_SENT, Document
from app.documents.queries import DocumentLine
from app.leads.models import Lead
from app.leads.queries import lead as lead_within_reach
from themes.catalogue import say

SANDBOX = "default-src 'none'; sandbox"


class LeadDocuments(msgspec.Struct, frozen=True, kw_only=True):
    """The panel on a lead's page, and the page that stands in for it without scripts."""

    lead_id: UUID
    documents: list[DocumentLine]
    may_add: bool
    errors: list[FieldError] = []


def download(document: Document) -> Response[bytes]:
    """The file as an attachment that no browser runs, shows or keeps."""
    plain = document.name.encode("ascii", "ignore").decode().replace('"', "") or "document"
    headers = {
        **pages.NO_STORE,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(document.name)}",
        "Content-Security-Policy": SANDBOX,
    }
    return Response(document.body, media_type=document.content_type, headers=headers)


async def uploaded(request: HttpRequest) -> tuple[str, bytes, dict[str, Any]]:
    """Name and bytes of the form's `file`, and the other fields."""
    form = await pages.form(request)
    file = form.pop("file", None)
    if file is None or isinstance(file, str | list):
        return "", b"", form
    return file.filename or "", await file.read(), form


class DocumentPages(Controller):
    """`/agent/leads/{id}/documents` and `/agent/documents/{id}`."""

    path = "/agent"
    opt = {"permission": "documents.view"}

    @get("/leads/{lead_id:uuid}/documents")
    async def of_lead(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await lead_within_reach(work, work.person, lead_id)
        return await _shown(request, work, lead)

    @post("/leads/{lead_id:uuid}/documents", opt={"permission": "documents.manage"}, request_max_body_size=MOST_SENT)
    async def add(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        lead = await lead_within_reach(work, work.person, lead_id)
        name, body, form = await uploaded(request)
        try:
            await service.take_upload(
                work, entity="lead", entity_id=lead.id, contact_id=lead.contact_id, name=name, body=body,
                shared=form.get("shared") == "1",
            )  # fmt: skip
        except Invalid as problem:
            work.abandon()
            return await _shown(request, work, lead, problem.errors)
        return pages.redirect(request, f"/agent/leads/{lead_id}", Toast(say("Document added.")))

    @get("/documents/{document_id:uuid}")
    async def fetch(self, work: WorkDep, document_id: FromPath[UUID]) -> Response[bytes]:
        document = await queries.for_staff(work, work.person, document_id)
        events.record(work, "document.downloaded", document.entity, document.entity_id, document_id=document.id)
        return download(document)


async def _shown(
    request: HttpRequest, work: Work, lead: Lead, errors: list[FieldError] | None = None
) -> Response[bytes]:
    context = LeadDocuments(
        lead_id=lead.id,
        documents=await queries.of_contact(work, lead.contact_id),
        may_add=work.person.may("documents.manage"),
        errors=errors or [],
    )
    return await pages.page(
        request, work, "documents/lead.html", context, title=say("Documents"), fragment="documents/_lead.html",
        status=422 if errors else 200,
    )  # fmt: skip


HANDLERS = [DocumentPages]
