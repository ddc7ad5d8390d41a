"""Staff's pages on invoices and the books."""

from app.billing.pages import invoices, ledger, money

HANDLERS = [*invoices.HANDLERS, *ledger.HANDLERS, *money.HANDLERS]
