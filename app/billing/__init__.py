"""Invoices and their PDFs, payments, and a ledger that always balances."""
