"""Leads and the stages that they move through."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Pipeline(Base):
    """A way that leads go, from a blueprint."""

    __tablename__ = "pipelines"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class Stage(Base):
    """A step of a pipeline. `kind` says what it means for queues, counts and conversion."""

    __tablename__ = "stages"
    __table_args__ = (
        CheckConstraint("kind in ('new', 'open', 'won', 'done', 'lost')", name="kind"),
        Index("uq_stages_name", "pipeline_id", "name", unique=True),
    )

    id: Mapped[Id]
    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("pipelines.id"))
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    probability: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    age_limit_days: Mapped[int | None] = mapped_column(Integer)
    required_fields: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class Lead(Base):
    """One person's wish, from arrival to enrolment or loss.

    Money is in minor units. `publisher_id` and `offer_id` name rows of a higher room; `owner_id` is a person.
    """

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_created", text("created_at desc"), text("id desc")),
        Index("ix_leads_stage", "stage_id", text("created_at desc")),
        Index("ix_leads_owner", "owner_id", text("created_at desc")),
        Index("ix_leads_contact", "contact_id"),
        Index("ix_leads_publisher", "publisher_id", text("created_at desc")),
        Index("ix_leads_score", text("score desc"), text("id desc")),
        CheckConstraint("heat between 0 and 3", name="heat"),
    )

    id: Mapped[Id]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("pipelines.id"))
    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"))
    stage_since: Mapped[datetime]
    owner_id: Mapped[UUID | None]
    owned_since: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    publisher_id: Mapped[UUID | None]
    offer_id: Mapped[UUID | None]
    source: Mapped[str] = mapped_column(Text, server_default="")
    sub_source: Mapped[str] = mapped_column(Text, server_default="")
    campaign: Mapped[str] = mapped_column(Text, server_default="")
    landing_page: Mapped[str] = mapped_column(Text, server_default="")
    currency: Mapped[str] = mapped_column(Text, server_default="USD")
    cost_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    value_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    score: Mapped[int] = mapped_column(Integer, server_default="0")
    score_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    heat: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    heat_at: Mapped[datetime | None]
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    test: Mapped[bool] = mapped_column(Boolean, server_default="false")
    lost_reason: Mapped[str | None] = mapped_column(Text)
    first_contact_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    next_action_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
