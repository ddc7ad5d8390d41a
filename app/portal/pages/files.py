"""A client's documents and invoices."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.billing import queries as billing
from app.billing.queries import InvoicePage, InvoiceRow
from app.core import events, limits, pages
from app.core.errors import FieldError, Invalid
from app.core.limits import Limit
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.documents import queries as documents
from app.documents import service as keeping
from app.documents.models import MOST_SENT
from app.documents.pages import download, uploaded
from app.documents.queries import DocumentLine
from app.portal import queries, service
from app.programs import service as planning
from themes.catalogue import say

UPLOADS = Limit.per_minute(10)


class FilesView(msgspec.Struct, frozen=True, kw_only=True):
    """What is shared with the client, the newest first."""

    documents: list[DocumentLine]
    errors: list[FieldError] = []


class BillsView(msgspec.Struct, frozen=True, kw_only=True):
    """The client's invoices; `programs` where this business settles debts."""

    invoices: list[InvoiceRow]
    programs: bool


class BillView(msgspec.Struct, frozen=True, kw_only=True):
    """One of them."""

    it: InvoicePage


class Files(Controller):
    """`/portal/documents…` and `/portal/invoices…`"""

    path = "/portal"
    opt = {"permission": "portal.use"}

    @get("/documents")
    async def documents(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        await service.looked_at(work, work.person.id, "document")
        return await _files(request, work)

    @post("/documents", request_max_body_size=MOST_SENT)
    async def add(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """A PDF or picture, checked before it is kept; the person who looks after them sees it on the lead's
        page."""
        client = await queries.client(work, work.person)
        await limits.demand("upload", work.person.id, UPLOADS)
        name, body, _ = await uploaded(request)
        about = ("lead", client.lead.id) if client.lead else ("contact", client.contact.id)
        try:
            await keeping.take_upload(
                work,
                entity=about[0],
                entity_id=about[1],
                contact_id=client.contact.id,
                name=name,
                body=body,
                shared=True,
            )
        except Invalid as problem:
            work.abandon()
            return await _files(request, work, problem.errors)
        return pages.redirect(request, "/portal/documents", Toast(say("We have your document.")))

    @get("/documents/{document_id:uuid}")
    async def fetch(self, work: WorkDep, document_id: FromPath[UUID]) -> Response[bytes]:
        client = await queries.client(work, work.person)
        document = await documents.for_client(work, client.contact.id, document_id)
        events.record(work, "document.downloaded", document.entity, document.entity_id, document_id=document.id)
        return download(document)

    @get("/invoices")
    async def invoices(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        client = await queries.client(work, work.person)
        await service.looked_at(work, work.person.id, "invoice")
        context = BillsView(
            invoices=await billing.of_contact(work, client.contact.id),
            programs=await planning.terms(work) is not None,
        )
        part = "portal/_invoices.html"
        return await pages.page(request, work, "portal/invoices.html", context, title=say("Invoices"), fragment=part)

    @get("/invoices/{invoice_id:uuid}")
    async def invoice(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[bytes]:
        client = await queries.client(work, work.person)
        found = await billing.invoice_page(work, invoice_id, contact_id=client.contact.id)
        title = say("Invoice %(number)s", number=found.row.number)
        context, part = BillView(it=found), "portal/_invoice.html"
        return await pages.page(request, work, "portal/invoice.html", context, title=title, fragment=part)


async def _files(request: HttpRequest, work: Work, errors: list[FieldError] | None = None) -> Response[bytes]:
    client = await queries.client(work, work.person)
    shown = await documents.of_contact(work, client.contact.id, shared_only=True)
    context = FilesView(documents=shown, errors=errors or [])
    return await pages.page(
        request, work, "portal/documents.html", context, title=say("Documents"), status=422 if errors else 200,
        fragment=None if errors else "portal/_documents.html",
    )  # fmt: skip


HANDLERS = [Files]
