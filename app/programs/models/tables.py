"""The tables of a program. An unearned fee cannot be written at all: see the trigger on `fees`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Program(Base):
    """What a client enrolled in. `fee_model`: `debt` is rule (a), `savings` rule (b) of 16 CFR
    310.4(a)(5)(i)(C).

    `hold` is the return code after which no deposit is drawn until somebody has spoken with the client. `refund_…` is
    what goes back to them after the end, by when, and when and how it did.
    """

    __tablename__ = "programs"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'active', 'completed', 'cancelled')", name="state"),
        CheckConstraint("fee_model in ('debt', 'savings')", name="fee_model"),
        CheckConstraint("fee_rate between 0 and 10000 and settlement_rate between 0 and 10000", name="rates"),
        Index("ix_programs_contact", "contact_id"),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(Integer, unique=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    currency: Mapped[str] = mapped_column(Text, server_default="USD")
    months: Mapped[int] = mapped_column(Integer)
    settlement_rate: Mapped[int] = mapped_column(Integer)
    fee_model: Mapped[str] = mapped_column(Text, server_default="debt")
    fee_rate: Mapped[int] = mapped_column(Integer)
    monthly_charge: Mapped[int] = mapped_column(BigInteger, server_default="0")
    first_deposit_on: Mapped[date]
    enrolled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    hold: Mapped[str] = mapped_column(Text, server_default="")
    refund_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refund_due_on: Mapped[date | None]
    refund_paid_at: Mapped[datetime | None]
    refund_reference: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]


class Debt(Base):
    """One enrolled debt. `enrolled_amount` never changes: every fee is reckoned from it."""

    __tablename__ = "debts"
    __table_args__ = (
        CheckConstraint("enrolled_amount > 0", name="enrolled"),
        CheckConstraint("state in ('saving', 'negotiating', 'offered', 'paying', 'settled', 'removed')", name="state"),
        Index("ix_debts_program", "program_id", "position"),
    )

    id: Mapped[Id]
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id"))
    position: Mapped[int] = mapped_column(Integer)
    creditor: Mapped[str] = mapped_column(Text)
    last_four: Mapped[str] = mapped_column(Text, server_default="")
    enrolled_amount: Mapped[int] = mapped_column(BigInteger)
    current_amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="saving")


class Deposit(Base):
    """One planned payment into the client's own account.

    `attempt` counts how often this payment was presented, `retry_of` is the deposit that came back before it. `request`
    is what the client asks to change and nobody has answered: `{kind, on, amount, at}`.
    """

    __tablename__ = "deposits"
    __table_args__ = (
        CheckConstraint("state in ('scheduled', 'cleared', 'returned', 'skipped')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_deposits_due", "program_id", "due_on"),
        Index("ix_deposits_returned", "returned_at", postgresql_where=text("returned_at is not null")),
    )

    id: Mapped[Id]
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id"))
    due_on: Mapped[date]
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="scheduled")
    cleared_at: Mapped[datetime | None]
    return_code: Mapped[str | None] = mapped_column(Text)
    returned_at: Mapped[datetime | None]
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    retry_of: Mapped[UUID | None]
    request: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


class Settlement(Base):
    """A creditor's offer for one debt and how far it got.

    The three things that the fee waits for are three times: a written agreement, the client's own assent to
    this very deal, and the first payment to the creditor.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        CheckConstraint("state in ('offered', 'approved', 'declined', 'expired', 'paid')", name="state"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_settlements_debt", "debt_id"),
    )

    id: Mapped[Id]
    debt_id: Mapped[UUID] = mapped_column(ForeignKey("debts.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text, server_default="offered")
    offered_at: Mapped[datetime]
    expires_on: Mapped[date | None]
    agreed_in_writing_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_words: Mapped[str | None] = mapped_column(Text)
    approved_from: Mapped[str | None] = mapped_column(Text)
    creditor_paid_at: Mapped[datetime | None]


class Fee(Base):
    """An earned fee for one settled debt. The database refuses one that is not earned or is larger than the
    rule gives."""

    __tablename__ = "fees"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        {"comment": "insert-only: a fee once earned is corrected by another line, never changed"},
    )

    id: Mapped[Id]
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id"), index=True)
    settlement_id: Mapped[UUID] = mapped_column(ForeignKey("settlements.id"), unique=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    rule: Mapped[str] = mapped_column(Text)
    earned_at: Mapped[datetime]


class DisclosureAcceptance(Base):
    """What was told before enrolment and accepted: the words as shown, when, and from which device."""

    __tablename__ = "disclosure_acceptances"
    __table_args__ = (
        Index("uq_disclosure_acceptances_name", "program_id", "name", unique=True),
        {"comment": "insert-only: what somebody agreed to stays as it was shown"},
    )

    id: Mapped[Id]
    program_id: Mapped[UUID] = mapped_column(ForeignKey("programs.id"))
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime]
    accepted_from: Mapped[str] = mapped_column(Text, server_default="")


class TrustAccount(Base):
    """What one client has saved, and what of it is on its way back to them. Written by the ledger's trigger alone: a
    posting that would leave either below nothing is refused, whoever makes it."""

    __tablename__ = "trust_accounts"
    __table_args__ = ({"comment": "kept by a trigger: the sums of the postings on clients and refunds"},)

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    saved: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refunds: Mapped[int] = mapped_column(BigInteger, server_default="0")
