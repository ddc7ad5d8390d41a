"""Money that came in. The same payment counts once, however often it is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.billing.models import Payment
from app.billing.service.invoices import locked
from app.billing.service.ledger import post
from app.core import clock, events
from app.core.errors import invalid
from app.core.work import Work

METHODS = {
    "check": "Check",
    "ach": "Bank transfer",
    "card": "Card terminal",
    "cash": "Cash",
    "trust": "From the client's account",
}


async def record_payment(
    work: Work,
    invoice_id: UUID,
    *,
    key: str,
    amount: int,
    method: str,
    reference: str = "",
    received_at: datetime | None = None,
) -> Payment:
    """A settled payment. Told again with the same key it returns the first one. Raises Invalid for too much
    or too little."""
    invoice = await locked(work, invoice_id)
    before = (await work.scalars(select(Payment).where(Payment.key == key))).first()
    if before is not None:
        return before
    due = invoice.total_amount - invoice.paid_amount
    if invoice.state != "open":
        raise invalid("amount", "Nothing is owed on this invoice.")
    if not 0 < amount <= due:
        raise invalid("amount", f"Enter an amount up to the ${due / 100:,.2f} that is still owed.")
    if method not in METHODS:
        raise invalid("method", f"Choose one of: {', '.join(METHODS.values())}.")
    payment = Payment(
        id=uuid7(),
        key=key,
        invoice_id=invoice.id,
        method=method,
        reference=reference,
        amount=amount,
        state="settled",
        provider="manual",
        received_at=received_at or clock.now(),
    )
    work.add(payment)
    invoice.paid_amount += amount
    invoice.state = "paid" if invoice.paid_amount == invoice.total_amount else "open"
    await work.flush()
    await _book(work, payment, invoice.currency)
    events.record(
        work,
        "payment.received",
        "contact",
        invoice.contact_id,
        invoice_id=invoice.id,
        payment_id=payment.id,
        amount=amount,
    )
    return payment


async def _book(work: Work, payment: Payment, currency: str) -> None:
    """Money from the client's own account first leaves what we owe the client, then pays the invoice."""
    common = {
        "subject": "payment",
        "subject_id": payment.id,
        "happened_at": payment.received_at,
        "currency": currency,
    }
    if payment.method == "trust":
        taken = {"clients": payment.amount, "trust": -payment.amount}
        await post(work, f"payment:{payment.id}:trust", "release", taken, **common)  # type: ignore[arg-type]
    settled = {"bank": payment.amount, "receivable": -payment.amount}
    await post(work, f"payment:{payment.id}", "payment", settled, **common)  # type: ignore[arg-type]
