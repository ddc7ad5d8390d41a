"""Verbs on invoices, payments and the ledger."""

from app.billing.service.credits import credit
from app.billing.service.invoices import bill_fee, billing_terms, change_terms, configure_billing, issue, void
from app.billing.service.ledger import post
from app.billing.service.payments import record_payment
from app.billing.service.refunds import book_unearned, owed_in_fees, pay_refund, take_back_deposit
from app.billing.service.reminders import due_reminders, remind

__all__ = [
    "bill_fee",
    "billing_terms",
    "book_unearned",
    "change_terms",
    "configure_billing",
    "credit",
    "due_reminders",
    "issue",
    "owed_in_fees",
    "pay_refund",
    "post",
    "record_payment",
    "remind",
    "take_back_deposit",
    "void",
]
