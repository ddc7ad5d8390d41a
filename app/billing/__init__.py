"""Invoices and their PDFs, payments, and a ledger that always balances."""

from app.core import events, permissions
from app.core.slice import NavItem, Panel, Slice, declare
from app.team.models import NoticeKind, declare_notices
from themes.catalogue import later

permissions.declare(
    "Billing", billing_view="See invoices and the ledger", billing_manage="Issue invoices, record payments"
)
events.declare(
    events.Kind("invoice.issued", "was sent an invoice", icon="file-text", audited=True),
    events.Kind("invoice.voided", "had an invoice taken back", icon="file-x", audited=True),
    events.Kind("invoice.credited", "was let off a part of an invoice", icon="receipt", audited=True),
    events.Kind("invoice.reminded", "was reminded of an invoice", icon="bell"),
    events.Kind("payment.received", "paid", icon="banknote", audited=True),
)
declare_notices(
    NoticeKind(
        name="payment.received",
        label=later("A client paid"),
        sentence=later("%(record)s paid an invoice"),
        url="/agent/leads/{id}",
        icon="banknote",
    ),
)
declare(
    Slice(
        name="billing",
        nav=(
            NavItem("admin", "Invoices", "/admin/invoices", "receipt", "billing.view", order=60),
            NavItem(
                "admin",
                "Invoices and reminders",
                "/admin/invoice-terms",
                "receipt",
                "settings.manage",
                order=79,
                group="settings",
                section="money",
            ),
            NavItem(
                "admin", "Ledger", "/admin/ledger", "scale", "billing.view", order=80, group="settings", section="money"
            ),
        ),
        panels=(Panel("program.money", "/agent/programs/{id}/books", "billing.view", order=10, label="Money"),),
        configure={"billing": "app.billing.service:configure_billing"},
    )
)
