"""The books: trial balance, bookings, one client's statement, and client money against the bank."""

from uuid import UUID

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath

from app.billing import queries
from app.billing.queries import PAGE, Balance, Booking, Statement, TrustPosition
from app.contacts.queries import contact as contact_by
from app.core import pages
from app.core.errors import FieldError, NotFound
from app.core.money import NotAnAmount, parse_amount
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say

VIEW = {"permission": "billing.view"}


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


class TrustView(msgspec.Struct, frozen=True, kw_only=True):
    """Client money three ways: what the books hold, what each client has, and what the bank says (`bank` as typed)."""

    position: TrustPosition
    typed: str
    bank: int | None
    errors: list[FieldError] = []


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """What one client put in, what left, and what stands after each."""

    name: str
    statement: Statement


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
        return await pages.page(request, work, "billing/ledger.html", context, title=say("Ledger"))

    @get("/trust")
    async def trust(self, request: HttpRequest, work: WorkDep) -> Response[bytes]:
        """`?bank=` is the balance on the bank's statement; the difference is shown, nothing is kept."""
        typed, errors, bank = request.query_params.get("bank", "").strip(), [], None
        try:
            bank = parse_amount(typed) if typed else None
        except NotAnAmount:
            errors = [FieldError("bank", "invalid_format", say("Enter an amount, like 4,250.00."))]
        context = TrustView(position=await queries.trust_position(work), typed=typed, bank=bank, errors=errors)
        title = say("Client money")
        return await pages.page(
            request, work, "billing/trust.html", context, title=title, status=422 if errors else 200
        )

    @get("/clients/{contact_id:uuid}")
    async def statement(self, request: HttpRequest, work: WorkDep, contact_id: FromPath[UUID]) -> Response[bytes]:
        contact = await contact_by(work, contact_id)
        if contact is None:
            raise NotFound
        context = StatementView(name=contact.name, statement=await queries.statement(work, contact_id))
        return await pages.page(request, work, "billing/statement.html", context, title=say("Statement"))


def _uuid(raw: str) -> UUID | None:
    try:
        return UUID(raw) if raw else None
    except ValueError:
        return None


HANDLERS = [Ledger]
