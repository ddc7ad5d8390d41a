"""Two tables: files that were made, and schedules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

FORMATS = ("pdf", "xlsx", "csv", "rows")
FILE_STATES = ("waiting", "making", "ready", "failed", "refused")


class ReportSchedule(Base):
    """A report that is made and mailed again and again, with the eyes of `owner_id`.

    `turn` counts every planning: an agenda row names the turn it is for, so one that is overtaken does nothing.
    """

    __tablename__ = "report_schedules"
    __table_args__ = (
        CheckConstraint("every in ('day', 'week', 'month')", name="every"),
        CheckConstraint("hour between 0 and 23 and weekday between 0 and 6 and monthday between 1 and 28", name="when"),
        CheckConstraint("format in ('pdf', 'xlsx', 'csv', 'rows')", name="format"),
    )

    id: Mapped[Id]
    report: Mapped[str] = mapped_column(Text)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    format: Mapped[str] = mapped_column(Text)
    every: Mapped[str] = mapped_column(Text)
    hour: Mapped[int] = mapped_column(SmallInteger)
    weekday: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    monthday: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    paused: Mapped[bool] = mapped_column(Boolean, server_default="false")
    turn: Mapped[int] = mapped_column(Integer, server_default="0")
    next_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]


class ReportFile(Base):
    """A report as a file. `sight` is what its maker could see, so that nobody reads it who sees less.

    `rows_done` of `rows_all` says how far the making is. One file per schedule and period, whatever runs twice.
    """

    __tablename__ = "report_files"
    __table_args__ = (
        CheckConstraint("format in ('pdf', 'xlsx', 'csv', 'rows')", name="format"),
        CheckConstraint("state in ('waiting', 'making', 'ready', 'failed', 'refused')", name="state"),
        Index("ix_report_files_person", "person_id", text("created_at desc")),
        Index("ix_report_files_expires", "expires_at"),
        Index(
            "uq_report_files_period",
            "schedule_id",
            "period",
            unique=True,
            postgresql_where=text("schedule_id is not null"),
        ),
    )

    id: Mapped[Id]
    report: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    paper: Mapped[str] = mapped_column(Text, server_default="")
    period: Mapped[str] = mapped_column(Text)
    scope: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_schedules.id", ondelete="SET NULL"))
    recipients: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    sight: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    error: Mapped[str] = mapped_column(Text, server_default="")
    rows_done: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_all: Mapped[int] = mapped_column(Integer, server_default="0")
    name: Mapped[str] = mapped_column(Text, server_default="")
    content_type: Mapped[str] = mapped_column(Text, server_default="")
    size: Mapped[int] = mapped_column(Integer, server_default="0")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
