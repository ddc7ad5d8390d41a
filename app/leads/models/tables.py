"""Leads and the stages that they move through."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
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
    """A step of a pipeline. `kind` says what it means for queues, counts and conversion. A retired one keeps its
    row, so that what happened in it can still be told.
    """

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
    archived_at: Mapped[datetime | None]


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
        Index("ix_leads_reached", "first_contact_at", postgresql_where=text("first_contact_at is not null")),
        Index("ix_leads_publisher", "publisher_id", text("created_at desc")),
        Index("ix_leads_score", text("score desc"), text("id desc")),
        Index("ix_leads_next_action", "next_action_at", postgresql_where=text("next_action_at is not null")),
        Index("ix_leads_warm", "heat_at", postgresql_where=text("heat > 0")),
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
    scored_at: Mapped[datetime | None]
    # `heat` is the level that `heat_points` had at the last look; the points halve as `models.heat` says.
    heat: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    heat_points: Mapped[float] = mapped_column(Float, server_default="0")
    heat_at: Mapped[datetime | None]
    heat_why: Mapped[str] = mapped_column(Text, server_default="")
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    test: Mapped[bool] = mapped_column(Boolean, server_default="false")
    # Locked for a conflict: only those with `leads.sealed` find it.
    sealed: Mapped[bool] = mapped_column(Boolean, server_default="false")
    lost_reason: Mapped[str | None] = mapped_column(Text)
    first_contact_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime | None]
    next_action_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class ScoreRule(Base):
    """One line of the scoring: whoever matches `condition` gets `points`, which may be negative.

    With a half-life the points shrink with the days since the moment that the field `decay_from` holds.
    """

    __tablename__ = "score_rules"
    __table_args__ = (
        CheckConstraint(
            "category in ('demographic', 'behavioural', 'engagement', 'completeness', 'geography')",
            name="category",
        ),
        CheckConstraint("points between -100 and 100 and points <> 0", name="points"),
        CheckConstraint("half_life_days > 0", name="half_life"),
    )

    id: Mapped[Id]
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    condition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    points: Mapped[int] = mapped_column(Integer)
    half_life_days: Mapped[int | None] = mapped_column(Integer)
    decay_from: Mapped[str] = mapped_column(Text, server_default="created_at")
    enabled: Mapped[bool] = mapped_column(Boolean, server_default="true")
    updated_at: Mapped[datetime]


class ScoreSet(Base):
    """One version of the scoring as a whole: at most one is live, at most one a draft. `rules` see
    `models.scoring.Written`; the live ones stand in `score_rules` as well, which leads are scored by.
    """

    __tablename__ = "score_sets"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'live', 'past')", name="state"),
        UniqueConstraint("version"),
        Index("uq_score_sets_one", "state", unique=True, postgresql_where=text("state in ('draft', 'live')")),
    )

    id: Mapped[Id]
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    thresholds: Mapped[list[int]] = mapped_column(JSONB)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(Text, server_default="")
    published_at: Mapped[datetime | None]


class SavedView(Base):
    """A list's filter, sort and columns under a name, for oneself or for everybody. `page` says which
    list.
    """

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("page", "owner_id", "name"),)

    id: Mapped[Id]
    page: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool] = mapped_column(Boolean, server_default="false")
    where: Mapped[dict[str, Any]] = mapped_column("condition", JSONB, server_default="{}")
    sort: Mapped[str] = mapped_column(Text, server_default="-created_at")
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]
