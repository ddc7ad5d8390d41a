"""Invoices: lines, a number without gaps, and never the same thing billed twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from app.billing.models import Invoice, InvoiceLine
from app.billing.service.ledger import open_accounts, post
from app.core import agenda, clock, config, events
from app.core.errors import Conflict, NotFound, invalid
from app.core.money import portion
from app.core.work import Work
from themes.catalogue import say

KEY = "billing"


class BillingTerms(msgspec.Struct, frozen=True, kw_only=True):
    """`days` until due, the first number, the words at the foot of the invoice, and so many days after the due day it
    is recalled (below nothing: before)."""

    days: int = 14
    reminders: tuple[int, ...] = (-3, 3, 10)
    first_number: int = 1001
    note: str = ""


async def configure_billing(work: Work, section: dict[str, Any]) -> None:
    """The blueprint's `billing` section and the chart of accounts."""
    await config.put(work, KEY, msgspec.to_builtins(msgspec.convert(section, BillingTerms)))
    await open_accounts(work)


async def change_terms(work: Work, *, days: int, reminders: tuple[int, ...], note: str) -> bool:
    """Of invoices issued from now on; reminders of open ones go on by the new days. False when nothing is new."""
    before = await billing_terms(work)
    after = msgspec.structs.replace(before, days=days, reminders=reminders, note=note)
    return await config.change(work, KEY, before, after)


async def billing_terms(work: Work) -> BillingTerms:
    return msgspec.convert(await config.get(work, KEY) or {}, BillingTerms)


class LineDraft(msgspec.Struct, frozen=True, kw_only=True):
    """One line: `unit_amount` in minor units, `tax_rate` in basis points; `source` and `source_id` name what
    it is for."""

    text: str
    unit_amount: int
    quantity: int = 1
    tax_rate: int = 0
    source: str | None = None
    source_id: UUID | None = None

    @property
    def amount(self) -> int:
        """With tax, which is rounded half up once per line."""
        net = self.unit_amount * self.quantity
        return net + portion(net, self.tax_rate)


async def draft(
    work: Work,
    contact_id: UUID,
    lines: list[LineDraft],
    *,
    program_id: UUID | None = None,
    currency: str = "USD",
    note: str = "",
) -> Invoice:
    """An unnumbered invoice. Raises Invalid for no lines or nothing to pay."""
    if not lines:
        raise invalid("lines", say("Add at least one line."), "missing")
    total = sum(line.amount for line in lines)
    if total < 1:
        raise invalid("lines", say("The lines must come to more than nothing."))
    invoice = Invoice(
        id=uuid7(), contact_id=contact_id, program_id=program_id, state="draft", currency=currency, note=note,
        created_at=clock.now(), paid_amount=0, total_amount=total,
    )  # fmt: skip
    work.add(invoice)
    await work.flush()
    for place, line in enumerate(lines):
        values = msgspec.structs.asdict(line)
        work.add(InvoiceLine(id=uuid7(), invoice_id=invoice.id, position=place, amount=line.amount, **values))
    await work.flush()
    return invoice


async def bill_fee(
    work: Work, *, contact_id: UUID, program_id: UUID, fee_id: UUID, amount: int, text_: str, currency: str
) -> Invoice | None:
    """One invoice for one earned fee, issued at once; None when it was billed before or is nothing."""
    billed = select(InvoiceLine.id).where(InvoiceLine.source == "fee", InvoiceLine.source_id == fee_id)
    if amount < 1 or (await work.scalars(billed)).first():
        return None
    line = LineDraft(text=text_, unit_amount=amount, source="fee", source_id=fee_id)
    invoice = await draft(work, contact_id, [line], program_id=program_id, currency=currency)
    return await issue(work, invoice.id)


async def issue(work: Work, invoice_id: UUID) -> Invoice:
    """Number it, book it, and let the worker make the PDF. Does nothing when it has a number."""
    invoice = await locked(work, invoice_id)
    if invoice.state != "draft":
        return invoice
    chosen, today = await billing_terms(work), await config.today(work)
    invoice.number = await _next_number(work, chosen.first_number)
    invoice.state, invoice.issued_on, invoice.due_on = "open", today, today + timedelta(days=chosen.days)
    invoice.note = invoice.note or chosen.note
    await work.flush()
    await _book(work, invoice)
    await agenda.add(work, "billing.make_pdf", invoice.id, key=f"invoice-pdf:{invoice.id}")
    events.record(
        work,
        "invoice.issued",
        "contact",
        invoice.contact_id,
        invoice_id=invoice.id,
        number=invoice.number,
        amount=invoice.total_amount,
    )
    return invoice


async def _next_number(work: Work, first: int) -> int:
    """Without gaps: whoever takes a number holds the others back until its transaction ends."""
    await work.execute(text("select pg_advisory_xact_lock(hashtextextended(current_user || '.invoice', 0))"))
    last = await work.scalar(select(func.max(Invoice.number)))
    return (last or first - 1) + 1


async def _book(work: Work, invoice: Invoice, *, reverse: bool = False) -> None:
    rows = await work.execute(
        select(InvoiceLine.amount, InvoiceLine.unit_amount, InvoiceLine.quantity, InvoiceLine.source).where(
            InvoiceLine.invoice_id == invoice.id
        )
    )
    amounts = {"receivable": invoice.total_amount, "fees": 0, "sales": 0, "tax": 0}
    for row in rows:
        net = row.unit_amount * row.quantity
        amounts["fees" if row.source == "fee" else "sales"] -= net
        amounts["tax"] -= row.amount - net
    sign = -1 if reverse else 1
    await post(
        work,
        f"invoice:{invoice.id}:{'void' if reverse else 'issue'}",
        "invoice",
        {code: sign * a for code, a in amounts.items()},
        subject="invoice",
        subject_id=invoice.id,
        happened_at=clock.now(),
        currency=invoice.currency,
    )


async def void(work: Work, invoice_id: UUID, reason: str) -> Invoice:
    """Taken back by a reversing booking. Raises Conflict once something was paid on it."""
    invoice = await locked(work, invoice_id)
    if invoice.state == "void":
        return invoice
    if invoice.paid_amount:
        raise Conflict(say("Something was paid on this invoice. Refund it first."))
    if invoice.state == "open":
        await _book(work, invoice, reverse=True)
    invoice.state = "void"
    events.record(
        work,
        "invoice.voided",
        "contact",
        invoice.contact_id,
        changes={"state": ("open", "void")},
        invoice_id=invoice.id,
        reason=reason,
    )
    return invoice


async def locked(work: Work, invoice_id: UUID) -> Invoice:
    invoice = await work.get(Invoice, invoice_id, with_for_update=True, populate_existing=True)
    if invoice is None:
        raise NotFound
    return invoice
