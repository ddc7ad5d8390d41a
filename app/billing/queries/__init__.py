"""Reading invoices and the books."""

from app.billing.queries.books import (
    Balance,
    Booking,
    ClientMoney,
    Line,
    Statement,
    TrustPosition,
    bookings,
    statement,
    trial_balance,
    trust_position,
)
from app.billing.queries.invoices import (
    PAGE,
    InvoicePage,
    InvoiceRow,
    invoice_page,
    invoices,
    of_contact,
    totals,
)

__all__ = [
    "PAGE",
    "Balance",
    "Booking",
    "ClientMoney",
    "InvoicePage",
    "InvoiceRow",
    "Line",
    "Statement",
    "TrustPosition",
    "bookings",
    "invoice_page",
    "invoices",
    "of_contact",
    "statement",
    "totals",
    "trial_balance",
    "trust_position",
]
