"""Two contacts that may be one person, and what was done about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Duplicate(Base):
    """A pair that looks alike; `first_id` is the smaller id. `score` is 0 to 100, `reasons` how alike each field
    is (0 to 100 by name). Once somebody said that they are different people, it is not offered again.
    """

    __tablename__ = "duplicates"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("state in ('open', 'merged', 'different')", name="state"),
        Index("ix_duplicates_open", text("score desc"), text("id desc"), postgresql_where=text("state = 'open'")),
        Index("ix_duplicates_second", "second_id"),
    )

    id: Mapped[Id]
    first_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    second_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    score: Mapped[int] = mapped_column(SmallInteger)
    reasons: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    found_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(Text, server_default="")


class Merge(Base):
    """One contact that went into another, with what it takes to part them again: `moved` are the rows by table
    and column, `before` and `after` the values of the one that stays, `ended` the consents that an older no ended.
    """

    __tablename__ = "merges"
    __table_args__ = (Index("ix_merges_kept", "kept_id"), Index("ix_merges_at", text("at desc")))

    id: Mapped[Id]
    kept_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    gone_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    moved: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    ended: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(Text, server_default="")
    undone_at: Mapped[datetime | None]
