"""Reading invoices."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, func, select

from app.billing.models import Invoice, InvoiceLine, Payment
from app.contacts.models import Contact
from app.core import clock, config
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.documents import queries as documents
from app.leads.models import Lead
from app.leads.queries import visible

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
    overdue: bool
    document_id: UUID | None = None

    @property
    def due_amount(self) -> int:
        return self.total_amount - self.paid_amount


class InvoicePage(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice with its lines and what was paid on it."""

    row: InvoiceRow
    note: str
    program_id: UUID | None
    lines: list[InvoiceLine]
    payments: list[Payment]
    reminded: int = 0


_COLUMNS = (
    Invoice.id, Invoice.number, Invoice.contact_id, Invoice.state, Invoice.currency, Invoice.total_amount,
    Invoice.paid_amount, Invoice.issued_on, Invoice.due_on,
)  # fmt: skip
_WITH_NAME = select(*_COLUMNS, Contact.first_name, Contact.last_name, Contact.email, Contact.phone).join(
    Contact, Contact.id == Invoice.contact_id
)
_NUMBERED = Invoice.number.is_not(None)


async def within(work: Work, person: Person) -> list[ColumnElement[bool]]:
    """Invoices of people whose leads this person sees; those of strangers are for whoever sees all."""
    if person.reach == "all":
        return []
    return [Invoice.contact_id.in_(select(Lead.contact_id).where(await visible(work, person)))]


async def invoices(work: Work, person: Person, state: str = "", before: int | None = None) -> list[InvoiceRow]:
    """Within reach, the newest numbers first, one more than a page holds, so that the caller knows whether more follow."""
    wanted = [_NUMBERED, *_in_state(state, await config.today(work)), *await within(work, person)]
    if before is not None:
        wanted.append(Invoice.number < before)
    rows = await work.execute(_WITH_NAME.where(*wanted).order_by(Invoice.number.desc()).limit(PAGE + 1))
    return await _read(work, rows)


async def of_contact(work: Work, contact_id: UUID) -> list[InvoiceRow]:
    """A client's own; void ones are left out."""
    wanted = (_NUMBERED, Invoice.contact_id == contact_id, Invoice.state != "void")
    rows = await work.execute(_WITH_NAME.where(*wanted).order_by(Invoice.number.desc()).limit(PAGE))
    return await _read(work, rows)


async def invoice_page(
    work: Work, invoice_id: UUID, *, contact_id: UUID | None = None, person: Person | None = None
) -> InvoicePage:
    """With `contact_id` only that client's own, and not a void one; with `person` only within their reach. Raises
    NotFound.
    """
    wanted = [Invoice.id == invoice_id, _NUMBERED]
    if contact_id is not None:
        wanted += [Invoice.contact_id == contact_id, Invoice.state != "void"]
    if person is not None:
        wanted += await within(work, person)
    more = _WITH_NAME.add_columns(Invoice.note, Invoice.program_id, Invoice.reminded)
    found = (await work.execute(more.where(*wanted))).first()
    if found is None:
        raise NotFound
    lines = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    paid = select(Payment).where(Payment.invoice_id == invoice_id).order_by(Payment.received_at)
    return InvoicePage(
        row=(await _read(work, [found]))[0],
        note=found.note,
        program_id=found.program_id,
        reminded=found.reminded,
        lines=list(await work.scalars(lines)),
        payments=list(await work.scalars(paid)),
    )


async def totals(work: Work, person: Person) -> tuple[int, int, int]:
    """Within reach: open, of that overdue, and paid in the last 30 days; minor units of the tenant's currency."""
    owed, today = func.sum(Invoice.total_amount - Invoice.paid_amount), await config.today(work)
    mine = await within(work, person)
    statement = select(owed, owed.filter(Invoice.due_on < today)).where(Invoice.state == "open", *mine)
    opened, overdue = (await work.execute(statement)).one()
    since = clock.now() - clock.span("30d")
    paid = (
        select(func.coalesce(func.sum(Payment.amount), 0))
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .where(Payment.received_at >= since, Payment.state == "settled", Payment.method != "credit", *mine)
    )
    return int(opened or 0), int(overdue or 0), int(await work.scalar(paid) or 0)


def _in_state(state: str, today: date) -> list[ColumnElement[bool]]:
    if state == "overdue":
        return [Invoice.state == "open", Invoice.due_on < today]
    return [Invoice.state == state] if state in STATES else []


async def _read(work: Work, found: Iterable[object]) -> list[InvoiceRow]:
    today = await config.today(work)
    rows = [_row(row, today) for row in found]
    made = await documents.latest(work, "invoice", [row.id for row in rows], "invoice") if rows else {}
    return [msgspec.structs.replace(row, document_id=made.get(row.id)) for row in rows]


def _row(row: object, today: date) -> InvoiceRow:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    first, last, email, phone = (values.pop(name) for name in ("first_name", "last_name", "email", "phone"))
    name = f"{first} {last}".strip() or email or phone or ""
    overdue = values["state"] == "open" and values["due_on"] is not None and values["due_on"] < today
    return InvoiceRow(name=name, overdue=overdue, **{column.name: values[column.name] for column in _COLUMNS})
