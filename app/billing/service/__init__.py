"""Verbs on invoices, payments and the ledger."""

from app.billing.service.invoices import bill_fee, configure_billing, issue, void
from app.billing.service.ledger import post
from app.billing.service.payments import record_payment

__all__ = ["bill_fee", "configure_billing", "issue", "post", "record_payment", "void"]
