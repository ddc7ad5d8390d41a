"""One row a call, either way; what the telemarketing sales rule wants kept of it stands in it (16 CFR
310.5).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

OPEN = ("queued", "dialing", "ringing", "answered")
OVER = (
    "completed",
    "no_answer",
    "busy",
    "voicemail",
    "failed",
    "canceled",
    "missed",
    "logged",
    "refused",
    "unknown",
)
STATES = (*OPEN, *OVER)


class Call(Base):
    """`state` comes from the carrier; `outcome` is the agent's word for what came of it.

    `undo` holds what the outcome changed, so that it can be taken back for ten seconds.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        CheckConstraint(f"state in {STATES}", name="state"),
        Index("ix_calls_contact", "contact_id", text("at desc")),
        Index("ix_calls_lead", "lead_id", text("at desc")),
        Index("ix_calls_agent", "agent_id", text("at desc")),
        Index("ix_calls_open", "agent_id", postgresql_where=text("outcome is null and direction = 'out'")),
        Index("ix_calls_provider", "provider_id", postgresql_where=text("provider_id is not null")),
        Index("ix_calls_at", text("at desc")),
    )

    id: Mapped[Id]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    lead_id: Mapped[UUID | None]
    direction: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, server_default="marketing")
    subject: Mapped[str] = mapped_column(Text, server_default="")
    automated: Mapped[bool] = mapped_column(Boolean, server_default="false")
    sender: Mapped[str] = mapped_column(Text, server_default="")
    recipient: Mapped[str] = mapped_column(Text, server_default="")
    provider_id: Mapped[str | None] = mapped_column(Text)
    agent_id: Mapped[UUID | None]
    agent_name: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(Text)
    seconds: Mapped[int] = mapped_column(Integer, server_default="0")
    error: Mapped[str] = mapped_column(Text, server_default="")
    attempt_id: Mapped[UUID | None]
    agenda_id: Mapped[UUID | None]
    refused_code: Mapped[str | None] = mapped_column(Text)
    refused_why: Mapped[str] = mapped_column(Text, server_default="")
    next_lawful_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(Text, server_default="")
    outcome: Mapped[str | None] = mapped_column(Text)
    outcome_at: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(Text, server_default="")
    callback_at: Mapped[datetime | None]
    undo: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    returned_at: Mapped[datetime | None]
