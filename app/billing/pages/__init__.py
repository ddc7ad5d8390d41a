"""Staff's pages on invoices and the books."""

from app.billing.pages import invoices, ledger, money, terms

HANDLERS = [*invoices.HANDLERS, *ledger.HANDLERS, *money.HANDLERS, *terms.HANDLERS]
