"""Invoices for staff: what is owed, payments, credits, taking back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from uuid_utils.compat import uuid7

from app.billing import forms, queries, service
from app.billing.queries import PAGE, InvoicePage, InvoiceRow
from app.billing.service.payments import METHODS
from app.core import config, pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import leads_of
from themes.catalogue import say

PATH = "/admin/invoices"
VIEW, MANAGE = {"permission": "billing.view"}, {"permission": "billing.manage"}


class InvoicesView(msgspec.Struct, frozen=True, kw_only=True):
    """One screenful of invoices, and what is owed altogether."""

    rows: list[InvoiceRow]
    state: str
    next_url: str
    owed: int
    overdue: int
    received: int


class InvoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice with the form for a payment. `key` counts one press once; `typed` is what was typed."""

    it: InvoicePage
    url: str
    lead_url: str
    methods: list[tuple[str, str]]
    may_manage: bool
    key: str
    typed: dict[str, str]
    today: str


class Invoices(Controller):
    """`/admin/invoices…`"""

    path = PATH
    opt = VIEW

    @get("/")
    async def listed(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        given = request.query_params
        state, before = given.get("state", ""), given.get("before", "")
        rows = await queries.invoices(work, work.person, state, int(before) if before.isdigit() else None)
        owed, overdue, received = await queries.totals(work, work.person)
        more = f"{PATH}?state={pages.quoted(state)}&before={rows[PAGE - 1].number}" if len(rows) > PAGE else ""
        context = InvoicesView(
            rows=rows[:PAGE], state=state, next_url=more, owed=owed, overdue=overdue, received=received
        )
        return await pages.page(
            request,
            work,
            "billing/invoices.html",
            context,
            title=say("Invoices"),
            fragment="billing/_invoices.html",
        )

    @get("/{invoice_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[bytes]:
        return await _shown(request, work, invoice_id)

    @post("/{invoice_id:uuid}/payments", opt=MANAGE)
    async def pay(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        """Money that came in another way; the same form sent twice counts once."""
        given = await pages.form(request)
        found = await queries.invoice_page(work, invoice_id, person=work.person)
        try:
            typed = forms.read_payment(given, found.row.currency, work.person.zone)
            await service.record_payment(
                work, invoice_id, key=f"form:{typed.key}", amount=typed.amount, method=typed.method,
                reference=typed.reference, received_at=typed.received_at,
            )  # fmt: skip
        except Invalid as problem:
            return await _shown(request, work, invoice_id, problem, given)
        return pages.redirect(request, f"{PATH}/{invoice_id}", Toast(say("Payment recorded.")))

    @post("/{invoice_id:uuid}/credits", opt=MANAGE)
    async def credit(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        """Let off a part or all of what is owed; the same form sent twice counts once."""
        given = await pages.form(request)
        found = await queries.invoice_page(work, invoice_id, person=work.person)
        try:
            typed = forms.read_credit(given, found.row.currency)
            await service.credit(work, invoice_id, key=f"credit:{typed.key}", amount=typed.amount, reason=typed.reason)
        except Invalid as problem:
            return await _shown(request, work, invoice_id, problem, given)
        return pages.redirect(request, f"{PATH}/{invoice_id}", Toast(say("Credit note booked.")))

    @post("/{invoice_id:uuid}/remind", opt=MANAGE)
    async def remind(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        """By hand, beside what the agenda does."""
        await queries.invoice_page(work, invoice_id, person=work.person)
        sent = await service.remind(work, invoice_id)
        said = say("Reminder sent.") if sent else say("Nothing was sent: the invoice is not open, or the law says no.")
        return pages.redirect(request, f"{PATH}/{invoice_id}", Toast(said))

    @post("/{invoice_id:uuid}/void", opt=MANAGE)
    async def void(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await queries.invoice_page(work, invoice_id, person=work.person)
        await service.void(work, invoice_id, str(given.get("reason") or "")[:200])
        return pages.redirect(
            request, f"{PATH}/{invoice_id}", Toast(say("Invoice taken back. The books hold both bookings."))
        )


async def _shown(
    request: HttpRequest,
    work: Work,
    invoice_id: UUID,
    problem: Invalid | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    it = await queries.invoice_page(work, invoice_id, person=work.person)
    lead_id = (await leads_of(work, work.person, [it.row.contact_id])).get(it.row.contact_id)
    context = InvoiceView(
        it=it,
        url=f"{PATH}/{invoice_id}",
        lead_url=f"/agent/leads/{lead_id}" if lead_id else "",
        methods=[(name, say(label)) for name, label in METHODS.items()],
        may_manage=work.person.may("billing.manage"),
        key=str((typed or {}).get("key") or uuid7()),
        typed=typed or {},
        today=str(await config.today(work)),
    )
    title = say("Invoice %(number)s", number=it.row.number)
    if problem is not None:
        return await pages.refused(request, work, "billing/invoice.html", context, problem, title=title)
    return await pages.page(request, work, "billing/invoice.html", context, title=title)


HANDLERS = [Invoices]
