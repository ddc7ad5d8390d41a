"""Sequences, the versions of their steps, one run per person, and what happened in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

STATES = ("draft", "on", "paused")
RUN_STATES = ("active", "paused", "done", "stopped", "failed")


class Sequence(Base):
    """`steps` is the draft that people edit; runs follow a version. `version` 0: never turned on.

    `again_days`: how long after its last run a lead may start anew; empty: once in its life.
    """

    __tablename__ = "sequences"
    __table_args__ = (CheckConstraint(f"state in {STATES}", name="state"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    trigger: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    where: Mapped[dict[str, Any]] = mapped_column("condition", JSONB, server_default="{}")
    stops: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    again_days: Mapped[int | None] = mapped_column(Integer)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(Text, server_default="")
    archived_at: Mapped[datetime | None]


class SequenceVersion(Base):
    """The steps as they were published; never changed, so that a run ends as it began."""

    __tablename__ = "sequence_versions"
    __table_args__ = (
        UniqueConstraint("sequence_id", "version"),
        {"comment": "insert-only: published steps"},
    )

    id: Mapped[Id]
    sequence_id: Mapped[UUID] = mapped_column(ForeignKey("sequences.id"))
    version: Mapped[int] = mapped_column(Integer)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(Text, server_default="")


class SequenceRun(Base):
    """One lead's way through a sequence. It stands on `step` of `version` and goes on at `due_at`.

    `turn` counts every change of place or state; an agenda row names the turn it is for, so a row that
    is overtaken does nothing. `cause` is what started it: the same cause starts it once. `tries` counts
    how often one step had to wait.
    """

    __tablename__ = "sequence_runs"
    __table_args__ = (
        CheckConstraint(f"state in {RUN_STATES}", name="state"),
        UniqueConstraint("sequence_id", "lead_id", "cause"),
        Index(
            "uq_sequence_runs_open",
            "sequence_id",
            "lead_id",
            unique=True,
            postgresql_where=text("state in ('active', 'paused')"),
        ),
        Index("ix_sequence_runs_lead", "lead_id", text("started_at desc")),
        Index("ix_sequence_runs_contact", "contact_id", postgresql_where=text("state in ('active', 'paused')")),
        Index("ix_sequence_runs_list", "sequence_id", "state", text("started_at desc"), text("id desc")),
    )

    id: Mapped[Id]
    sequence_id: Mapped[UUID] = mapped_column(ForeignKey("sequences.id"))
    version: Mapped[int] = mapped_column(Integer)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    cause: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="active")
    step: Mapped[str] = mapped_column(Text, server_default="")
    turn: Mapped[int] = mapped_column(Integer, server_default="0")
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    due_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(Text, server_default="")
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SequenceTrace(Base):
    """What happened in a run, line by line. `next_at`: when it goes on."""

    __tablename__ = "sequence_trace"
    __table_args__ = (
        Index("ix_sequence_trace_run", "run_id", "id"),
        Index("ix_sequence_trace_steps", "sequence_id", "step", "what"),
        {"comment": "insert-only: what happened in a run"},
    )

    id: Mapped[Id]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("sequence_runs.id"))
    sequence_id: Mapped[UUID] = mapped_column(ForeignKey("sequences.id"))
    step: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text, server_default="")
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text, server_default="")
    message_id: Mapped[UUID | None]
    next_at: Mapped[datetime | None]
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(Text, server_default="")
