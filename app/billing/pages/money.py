"""A program's money on its own page: the client's statement, and the step by which a refund counts as sent."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.billing import queries, service
from app.billing.queries import InvoiceRow, Statement
from app.core import pages
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.programs import queries as programs
from themes.catalogue import say


class BooksView(msgspec.Struct, frozen=True, kw_only=True):
    """The client's statement and their open invoices, beside the program."""

    statement: Statement
    open: list[InvoiceRow]
    contact_id: UUID


class ProgramMoney(Controller):
    """`/agent/programs/{id}/books` and `/refund`."""

    path = "/agent/programs/{program_id:uuid}"
    opt = {"permission": "billing.view"}

    @get("/books")
    async def books(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[bytes]:
        it = await programs.program_page(work, work.person, program_id)
        contact_id = it.program.contact_id
        bills = [row for row in await queries.of_contact(work, contact_id) if row.state == "open"]
        context = BooksView(statement=await queries.statement(work, contact_id), open=bills, contact_id=contact_id)
        title = say("Money of %(name)s", name=it.contact.name)
        return await pages.page(
            request, work, "billing/books.html", context, title=title, fragment="billing/_books.html"
        )

    @post("/refund", opt={"permission": "billing.manage"})
    async def refund(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        """A person has sent the money back and says how. Pressed twice it says that it is done."""
        await programs.program_page(work, work.person, program_id)
        given = await pages.form(request)
        await service.pay_refund(work, program_id, str(given.get("reference") or "")[:120])
        return pages.redirect(request, f"/agent/programs/{program_id}", Toast(say("Booked as sent back.")))


HANDLERS = [ProgramMoney]
