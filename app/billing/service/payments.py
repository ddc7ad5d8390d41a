"""Money that came in, and what is let off. The same payment counts once, however often it is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.billing.models import Invoice, InvoiceLine, Payment
from app.billing.service.invoices import locked
from app.billing.service.ledger import post
from app.core import clock, events
from app.core.errors import invalid
from app.core.work import Work
from app.programs import service as programs
from themes.catalogue import later, say
from themes.formats import money

CREDIT = "credit"
METHODS = {
    "check": later("Check"),
    "ach": later("Bank transfer"),
    "card": later("Card terminal"),
    "cash": later("Cash"),
    "trust": later("From the client's account"),
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
    demand_owed(invoice, amount)
    await _demand_method(work, invoice, method, amount)
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
    await _settle(work, payment, invoice)
    return payment


async def _demand_method(work: Work, invoice: Invoice, method: str, amount: int) -> None:
    if method not in METHODS:
        raise invalid("method", say("Choose one of: %(options)s.", options=", ".join(map(say, METHODS.values()))))
    if method == "trust":
        await _demand_trust(work, invoice, amount)


async def _settle(work: Work, payment: Payment, invoice: Invoice) -> None:
    """On the invoice, in the books, in the history."""
    work.add(payment)
    count(invoice, payment.amount)
    await work.flush()
    await _book(work, payment, invoice)
    told = {"invoice_id": invoice.id, "payment_id": payment.id, "amount": payment.amount}
    events.record(work, "payment.received", "contact", invoice.contact_id, **told)


def demand_owed(invoice: Invoice, amount: int, field: str = "amount") -> None:
    """Raises Invalid for more than is owed, or nothing."""
    due = invoice.total_amount - invoice.paid_amount
    if invoice.state != "open":
        raise invalid(field, say("Nothing is owed on this invoice."))
    if not 0 < amount <= due:
        owed = money(due, invoice.currency)
        raise invalid(field, say("Enter an amount up to the %(owed)s that is still owed.", owed=owed))


def count(invoice: Invoice, amount: int) -> None:
    invoice.paid_amount += amount
    invoice.state = "paid" if invoice.paid_amount == invoice.total_amount else "open"


async def _demand_trust(work: Work, invoice: Invoice, amount: int) -> None:
    """A client's own money pays earned fees and nothing else, and only as far as it reaches."""
    sources = set(await work.scalars(select(InvoiceLine.source).where(InvoiceLine.invoice_id == invoice.id)))
    if sources != {"fee"}:
        raise invalid("method", say("The client's own account pays earned fees only."))
    have = await programs.held_still(work, invoice.contact_id)
    if have < amount:
        said = say("The client has saved %(saved)s. Take no more than that.", saved=money(have, invoice.currency))
        raise invalid("amount", said)


async def _book(work: Work, payment: Payment, invoice: Invoice) -> None:
    """Money from the client's own account first leaves what we owe the client, then pays the invoice."""
    common = {
        "subject": "payment",
        "subject_id": payment.id,
        "happened_at": payment.received_at,
        "currency": invoice.currency,
        "contact_id": invoice.contact_id,
    }
    if payment.method == "trust":
        taken = {"clients": payment.amount, "trust": -payment.amount}
        await post(work, f"payment:{payment.id}:trust", "release", taken, **common)  # type: ignore[arg-type]
    settled = {"bank": payment.amount, "receivable": -payment.amount}
    await post(work, f"payment:{payment.id}", "payment", settled, **common)  # type: ignore[arg-type]
