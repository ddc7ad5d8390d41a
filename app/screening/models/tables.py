"""One screening for each lead, and the law firms that it was offered to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

CONFLICTS = ("unchecked", "clear", "possible", "cleared", "conflict")
REFERRALS = ("offered", "accepted", "declined", "expired", "withdrawn")


class Screening(Base):
    """Beside a lead. `parties` are the others involved, [{name, role}]; `hits` whom the check found, [{kind, id, name,
    how}]. `limit_on` is the last day as `limit_rule` computes it; `None` while date or state is not known.
    """

    __tablename__ = "screenings"
    __table_args__ = (
        CheckConstraint(f"conflict in {CONFLICTS}", name="conflict"),
        Index("ix_screenings_limit", "limit_on", postgresql_where=text("limit_on is not null")),
        Index("ix_screenings_parties", "party_keys", postgresql_using="gin"),
    )

    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True)
    parties: Mapped[list[dict[str, str]]] = mapped_column(JSONB, server_default="[]")
    party_keys: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    conflict: Mapped[str] = mapped_column(Text, server_default="unchecked")
    hits: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(Text, server_default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(Text, server_default="")
    decided_why: Mapped[str] = mapped_column(Text, server_default="")
    limit_on: Mapped[date | None]
    limit_rule: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    updated_at: Mapped[datetime]


class Referral(Base):
    """A case offered to a law firm. It lapses by itself; the same firm is never asked twice about the same case."""

    __tablename__ = "referrals"
    __table_args__ = (
        CheckConstraint(f"state in {REFERRALS}", name="state"),
        UniqueConstraint("lead_id", "firm"),
        Index("uq_referrals_open", "lead_id", unique=True, postgresql_where=text("state = 'offered'")),
    )

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    firm: Mapped[str] = mapped_column(Text)
    firm_name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="offered")
    offered_at: Mapped[datetime]
    offered_by: Mapped[str] = mapped_column(Text, server_default="")
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, server_default="")
