"""Invoices, payments and the ledger behind them. Amounts are minor units."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Account(Base):
    """A place in the ledger where money stands."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("kind in ('asset', 'liability', 'income', 'expense', 'equity')", name="kind"),
        {"comment": "insert-only: a renamed account would change what was booked"},
    )

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)


class Entry(Base):
    """One booking. Its postings add up to nothing, or the database refuses the transaction."""

    __tablename__ = "entries"
    __table_args__ = (
        Index("ix_entries_subject", "subject", "subject_id"),
        {"comment": "insert-only: a wrong booking is reversed by another"},
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(Text, unique=True)
    booked_at: Mapped[datetime]
    happened_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    currency: Mapped[str] = mapped_column(Text)


class Posting(Base):
    """One side of a booking: positive is debit, negative is credit. `contact_id`: whose money, on the two accounts that
    hold clients' money."""

    __tablename__ = "postings"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_postings_contact", "contact_id", postgresql_where=text("contact_id is not null")),
        {"comment": "insert-only: a wrong booking is reversed by another"},
    )

    id: Mapped[Id]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contacts.id"))


class Invoice(Base):
    """A numbered bill to one contact. `paid_amount` counts payments and credits; `reminded` how often it was recalled."""

    __tablename__ = "invoices"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'open', 'paid', 'void')", name="state"),
        CheckConstraint("paid_amount between 0 and total_amount", name="paid"),
        Index("ix_invoices_contact", "contact_id", "issued_on"),
    )

    id: Mapped[Id]
    number: Mapped[int | None] = mapped_column(Integer, unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    program_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    currency: Mapped[str] = mapped_column(Text, server_default="USD")
    total_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    paid_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, server_default="")
    reminded: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]


class InvoiceLine(Base):
    """One thing billed. `source` and `source_id` name what it is for, so that nothing is billed twice."""

    __tablename__ = "invoice_lines"
    __table_args__ = (Index("uq_invoice_lines_source", "source", "source_id", unique=True),)

    id: Mapped[Id]
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    text: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer, server_default="1")
    unit_amount: Mapped[int] = mapped_column(BigInteger)
    tax_rate: Mapped[int] = mapped_column(Integer, server_default="0")
    amount: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str | None] = mapped_column(Text)
    source_id: Mapped[UUID | None]


class Payment(Base):
    """Money that came in or went back, by whichever provider; `key` makes the same payment count once."""

    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("state in ('pending', 'settled', 'failed')", name="state"),
        Index("ix_payments_invoice", "invoice_id"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(Text, unique=True)
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    provider: Mapped[str] = mapped_column(Text, server_default="manual")
    method: Mapped[str] = mapped_column(Text, server_default="")
    reference: Mapped[str] = mapped_column(Text, server_default="")
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="settled")
    received_at: Mapped[datetime]
