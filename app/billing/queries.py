"""Reading invoices and the books."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select, tuple_

from app.billing.models import Account, Entry, Invoice, InvoiceLine, Payment, Posting
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.documents import queries as documents

PAGE = 50
STATES = ("open", "overdue", "paid", "void")


class InvoiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice as lists show it. `due_amount` is what is still owed; `document_id` its PDF, once it is
    made."""

    id: UUID
    number: int
    contact_id: UUID
    name: str
    state: str
    currency: str
    total_amount: int
    paid_amount: int
    issued_on: date
    due_on: date | None
    document_id: UUID | None = None

    @property
    def due_amount(self) -> int:
        return self.total_amount - self.paid_amount

    @property
    def overdue(self) -> bool:
        return self.state == "open" and self.due_on is not None and self.due_on < clock.now().date()


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice with its lines and what was paid on it."""

    row: InvoiceRow
    note: str
    program_id: UUID | None
    lines: list[InvoiceLine]
    payments: list[Payment]


class Balance(msgspec.Struct, frozen=True):
    """One account of the trial balance: debits, credits (both positive) and what is over; minor units."""

    code: str
    label: str
    kind: str
    debit: int
    credit: int

    @property
    def balance(self) -> int:
        return self.debit - self.credit


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with its sides: (account, amount), debit positive."""

    id: UUID
    kind: str
    subject: str
    subject_id: UUID
    happened_at: datetime
    sides: list[tuple[str, int]]


_COLUMNS = (
    Invoice.id, Invoice.number, Invoice.contact_id, Invoice.state, Invoice.currency, Invoice.total_amount,
    Invoice.paid_amount, Invoice.issued_on, Invoice.due_on,
)  # fmt: skip
_WITH_NAME = select(*_COLUMNS, Contact.first_name, Contact.last_name, Contact.email, Contact.phone).join(
    Contact, Contact.id == Invoice.contact_id
)
_NUMBERED = Invoice.number.is_not(None)


async def invoices(work: Work, state: str = "", before: int | None = None) -> list[InvoiceRow]:
    """The newest numbers first, one more than a page holds, so that the caller knows whether more follow."""
    wanted = [_NUMBERED, *_in_state(state)]
    if before is not None:
        wanted.append(Invoice.number < before)
    rows = await work.execute(_WITH_NAME.where(*wanted).order_by(Invoice.number.desc()).limit(PAGE + 1))
    return await _with_pdf(work, [_row(row) for row in rows])


async def of_contact(work: Work, contact_id: UUID) -> list[InvoiceRow]:
    """A client's own; void ones are left out."""
    wanted = (_NUMBERED, Invoice.contact_id == contact_id, Invoice.state != "void")
    rows = await work.execute(_WITH_NAME.where(*wanted).order_by(Invoice.number.desc()).limit(PAGE))
    return await _with_pdf(work, [_row(row) for row in rows])


async def invoice_page(work: Work, invoice_id: UUID, *, contact_id: UUID | None = None) -> InvoicePage:
    """With `contact_id` only that client's own, and not a void one. Raises NotFound."""
    wanted = [Invoice.id == invoice_id, _NUMBERED]
    if contact_id is not None:
        wanted += [Invoice.contact_id == contact_id, Invoice.state != "void"]
    more = _WITH_NAME.add_columns(Invoice.note, Invoice.program_id)
    found = (await work.execute(more.where(*wanted))).first()
    if found is None:
        raise NotFound
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    paid = select(Payment).where(Payment.invoice_id == invoice_id).order_by(Payment.received_at)
    return InvoicePage(
        row=(await _with_pdf(work, [_row(found)]))[0],
        note=found.note,
        program_id=found.program_id,
        lines=list(await work.scalars(lines)),
        payments=list(await work.scalars(paid)),
    )


async def totals(work: Work) -> tuple[int, int, int]:
    """Open, of that overdue, and paid in the last 30 days; minor units of the tenant's currency."""
    owed, today = func.sum(Invoice.total_amount - Invoice.paid_amount), clock.now().date()
    statement = select(owed, owed.filter(Invoice.due_on < today)).where(Invoice.state == "open")
    opened, overdue = (await work.execute(statement)).one()
    since = clock.now() - clock.span("30d")
    paid = select(func.coalesce(func.sum(Payment.amount), 0)).where(
        Payment.received_at >= since, Payment.state == "settled"
    )
    return int(opened or 0), int(overdue or 0), int(await work.scalar(paid) or 0)


async def taken_from_trust(work: Work, contact_id: UUID) -> int:
    """What was paid on this client's invoices out of their own account."""
    taken = select(func.sum(Payment.amount)).join(Invoice, Invoice.id == Payment.invoice_id)
    theirs = (Invoice.contact_id == contact_id, Payment.method == "trust", Payment.state == "settled")
    return int(await work.scalar(taken.where(*theirs)) or 0)


async def trial_balance(work: Work) -> list[Balance]:
    """Every account with its debits and credits. Their sums are equal, or the books are broken."""
    debit = func.coalesce(func.sum(Posting.amount).filter(Posting.amount > 0), 0)
    credit = -func.coalesce(func.sum(Posting.amount).filter(Posting.amount < 0), 0)
    statement = (
        select(Account.code, Account.label, Account.kind, debit, credit)
        .outerjoin(Posting, Posting.account_id == Account.id)
        .group_by(Account.id)
        .order_by(Account.kind, Account.code)
    )
    return [Balance(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in await work.execute(statement)]


async def bookings(work: Work, account: str = "", before: UUID | None = None) -> list[Booking]:
    """The newest entries with their sides, of all accounts or those that touch one; one more than a page
    holds."""
    statement = select(Entry)
    if account:
        touched = (
            select(Posting.entry_id).join(Account, Account.id == Posting.account_id).where(Account.code == account)
        )
        statement = statement.where(Entry.id.in_(touched))
    if before is not None:
        last = (await work.execute(select(Entry.happened_at, Entry.id).where(Entry.id == before))).first()
        if last is not None:
            statement = statement.where(tuple_(Entry.happened_at, Entry.id) < tuple_(*last))
    ordered = statement.order_by(Entry.happened_at.desc(), Entry.id.desc()).limit(PAGE + 1)
    entries = list(await work.scalars(ordered))
    return await _with_sides(work, entries)


async def _with_sides(work: Work, entries: Sequence[Entry]) -> list[Booking]:
    rows = await work.execute(
        select(Posting.entry_id, Account.label, Posting.amount)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.entry_id.in_([entry.id for entry in entries]))
        .order_by(Posting.amount.desc())
    )
    sides: dict[UUID, list[tuple[str, int]]] = {}
    for row in rows:
        sides.setdefault(row.entry_id, []).append((row.label, row.amount))
    return [
        Booking(
            id=entry.id, kind=entry.kind, subject=entry.subject, subject_id=entry.subject_id,
            happened_at=entry.happened_at, sides=sides.get(entry.id, []),
        )
        for entry in entries
    ]  # fmt: skip


def _in_state(state: str) -> list[ColumnElement[bool]]:
    if state == "overdue":
        return [Invoice.state == "open", Invoice.due_on < clock.now().date()]
    return [Invoice.state == state] if state in STATES else []


def _row(row: object) -> InvoiceRow:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    first, last, email, phone = (values.pop(name) for name in ("first_name", "last_name", "email", "phone"))
    name = f"{first} {last}".strip() or email or phone or ""
    return InvoiceRow(name=name, **{column.name: values[column.name] for column in _COLUMNS})


async def _with_pdf(work: Work, rows: list[InvoiceRow]) -> list[InvoiceRow]:
    made = await documents.latest(work, "invoice", [row.id for row in rows], "invoice") if rows else {}
    return [msgspec.structs.replace(row, document_id=made.get(row.id)) for row in rows]
