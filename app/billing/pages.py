"""Invoices and the ledger for staff."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath
from uuid_utils.compat import uuid7

from app.billing import forms, queries, service
from app.billing.queries import PAGE, Balance, Booking, InvoicePage, InvoiceRow
from app.billing.service.payments import METHODS
from app.core import clock, pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import leads_of

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


class LedgerView(msgspec.Struct, frozen=True, kw_only=True):
    """The trial balance and the newest bookings, of all accounts or of one."""

    balances: list[Balance]
    bookings: list[Booking]
    account: str
    next_url: str

    @property
    def debit(self) -> int:
        return sum(balance.debit for balance in self.balances)

    @property
    def credit(self) -> int:
        return sum(balance.credit for balance in self.balances)


class Invoices(Controller):
    """`/admin/invoices…`"""

    path = PATH
    opt = VIEW

    @get("/")
    async def listed(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        given = request.query_params
        state, before = given.get("state", ""), given.get("before", "")
        rows = await queries.invoices(work, state, int(before) if before.isdigit() else None)
        owed, overdue, received = await queries.totals(work)
        more = f"{PATH}?state={pages.quoted(state)}&before={rows[PAGE - 1].number}" if len(rows) > PAGE else ""
        context = InvoicesView(
            rows=rows[:PAGE], state=state, next_url=more, owed=owed, overdue=overdue, received=received
        )
        return await pages.page(
            request,
            work,
            "billing/invoices.html",
            context,
            title="Invoices",
            fragment="billing/_invoices.html",
        )

    @get("/{invoice_id:uuid}")
    async def show(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[bytes]:
        return await _shown(request, work, invoice_id)

    @post("/{invoice_id:uuid}/payments", opt=MANAGE)
    async def pay(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        """Money that came in another way; the same form sent twice counts once."""
        given = await pages.form(request)
        found = await queries.invoice_page(work, invoice_id)
        try:
            typed = forms.read_payment(given, found.row.currency, work.person.zone)
            await service.record_payment(
                work, invoice_id, key=f"form:{typed.key}", amount=typed.amount, method=typed.method,
                reference=typed.reference, received_at=typed.received_at,
            )  # fmt: skip
        except Invalid as problem:
            return await _shown(request, work, invoice_id, problem, given)
        return pages.redirect(request, f"{PATH}/{invoice_id}", Toast("Payment recorded."))

    @post("/{invoice_id:uuid}/void", opt=MANAGE)
    async def void(self, request: HttpRequest, work: WorkDep, invoice_id: FromPath[UUID]) -> Response[Any]:
        given = await pages.form(request)
        await service.void(work, invoice_id, str(given.get("reason") or "")[:200])
        return pages.redirect(
            request, f"{PATH}/{invoice_id}", Toast("Invoice taken back. The books hold both bookings.")
        )


class Ledger(Controller):
    """`/admin/ledger`."""

    path = "/admin/ledger"
    opt = VIEW

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        given = request.query_params
        account = given.get("account", "")
        found = await queries.bookings(work, account, _uuid(given.get("before", "")))
        more = f"/admin/ledger?account={pages.quoted(account)}&before={found[PAGE - 1].id}" if len(found) > PAGE else ""
        context = LedgerView(
            balances=await queries.trial_balance(work), bookings=found[:PAGE], account=account, next_url=more
        )
        return await pages.page(request, work, "billing/ledger.html", context, title="Ledger")


async def _shown(
    request: HttpRequest,
    work: Work,
    invoice_id: UUID,
    problem: Invalid | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[bytes]:
    it = await queries.invoice_page(work, invoice_id)
    lead_id = (await leads_of(work, work.person, [it.row.contact_id])).get(it.row.contact_id)
    context = InvoiceView(
        it=it,
        url=f"{PATH}/{invoice_id}",
        lead_url=f"/agent/leads/{lead_id}" if lead_id else "",
        methods=list(METHODS.items()),
        may_manage=work.person.may("billing.manage"),
        key=str((typed or {}).get("key") or uuid7()),
        typed=typed or {},
        today=str(clock.now().date()),
    )
    title = f"Invoice {it.row.number}"
    if problem is not None:
        return await pages.refused(request, work, "billing/invoice.html", context, problem, title=title)
    return await pages.page(request, work, "billing/invoice.html", context, title=title)


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError:
        return None


HANDLERS = [Invoices, Ledger]
