"""A credit note: part of an invoice is let off. It is a booking of its own; the invoice's lines stay as they were."""

from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.billing.models import Invoice, InvoiceLine, Payment
from app.billing.service.invoices import locked
from app.billing.service.ledger import post
from app.billing.service.payments import CREDIT, count, demand_owed
from app.core import clock, events
from app.core.errors import invalid
from app.core.money import allocate
from app.core.work import Work
from themes.catalogue import say


async def credit(work: Work, invoice_id: UUID, *, key: str, amount: int, reason: str) -> Payment:
    """Let off so much of what is owed. Told again with the same key it returns the first one. Raises Invalid."""
    invoice = await locked(work, invoice_id)
    before = (await work.scalars(select(Payment).where(Payment.key == key))).first()
    if before is not None:
        return before
    demand_owed(invoice, amount, "credit")
    if not reason:
        raise invalid("reason", say("Say why, for the books."), "missing")
    note = Payment(
        id=uuid7(), key=key, invoice_id=invoice.id, method=CREDIT, reference=reason[:120], amount=amount, state="settled",
        provider="manual", received_at=clock.now(),
    )  # fmt: skip
    work.add(note)
    count(invoice, amount)
    await work.flush()
    await post(
        work, f"credit:{note.id}", "credit", {"receivable": -amount, **await _given_back(work, invoice, amount)},
        subject="payment", subject_id=note.id, happened_at=note.received_at, currency=invoice.currency,
    )  # fmt: skip
    events.record(
        work,
        "invoice.credited",
        "contact",
        invoice.contact_id,
        invoice_id=invoice.id,
        payment_id=note.id,
        amount=amount,
    )
    return note


async def _given_back(work: Work, invoice: Invoice, amount: int) -> dict[str, int]:
    """The part of each income account and of the tax, in the proportions of the invoice; exact to the cent."""
    rows = await work.execute(
        select(InvoiceLine.amount, InvoiceLine.unit_amount, InvoiceLine.quantity, InvoiceLine.source).where(
            InvoiceLine.invoice_id == invoice.id
        )
    )
    parts = {"fees": 0, "sales": 0, "tax": 0}
    for row in rows:
        net = row.unit_amount * row.quantity
        parts["fees" if row.source == "fee" else "sales"] += net
        parts["tax"] += row.amount - net
    return dict(zip(parts, allocate(amount, list(parts.values())), strict=True))
