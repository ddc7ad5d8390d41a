"""Rule sets with their versions, every decision with its reasons, and the offers that people accept or let
pass.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class RuleSet(Base):
    """One version of the routing: at most one is live, at most one a draft. `rules` and `fallback` see
    `models.rules`.

    `turns` says how far each person is ahead or behind in each rule. The live row is locked for each
    decision, so that two decisions never count the same turn or the same free place.
    """

    __tablename__ = "routing_rules"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'live', 'past')", name="state"),
        Index("uq_routing_rules_one", "state", unique=True, postgresql_where=text("state in ('draft', 'live')")),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    fallback: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    turns: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB, server_default="{}")
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(Text, server_default="")
    published_at: Mapped[datetime | None]


class Decision(Base):
    """Why a lead went to whom: the sentence (a key of `models.telling`), and step by step who was left. `trace` see
    `models.choice.Trace`.
    """

    __tablename__ = "routing_decisions"
    __table_args__ = (
        CheckConstraint("outcome in ('assigned', 'fallback', 'nobody')", name="outcome"),
        Index("ix_routing_decisions_lead", "lead_id", "at"),
        Index("ix_routing_decisions_rule", "rule_id", "at"),
        Index("ix_routing_decisions_at", "at"),
    )

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer)
    cause: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[UUID | None]
    rule: Mapped[str] = mapped_column(Text, server_default="")
    winner_id: Mapped[UUID | None]
    sentence: Mapped[str] = mapped_column(Text)
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")


class LeadOffer(Base):
    """A lead held out to somebody until they take it or the time is over. `skipped`: put aside until
    `expires_at`.
    """

    __tablename__ = "lead_offers"
    __table_args__ = (
        CheckConstraint("state in ('open', 'accepted', 'passed', 'expired', 'withdrawn', 'skipped')", name="state"),
        Index("uq_lead_offers_open", "lead_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_lead_offers_lead", "lead_id", "offered_at"),
        Index("ix_lead_offers_person", "person_id", "offered_at"),
    )

    id: Mapped[Id]
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    person_id: Mapped[UUID]
    decision_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
