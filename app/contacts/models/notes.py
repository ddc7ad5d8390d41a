"""Notes and tags: one table each for every kind of record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Note(Base):
    """What a person wrote down about a record. A deleted one keeps its row, so that deleting can be
    undone.
    """

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_record", "entity", "entity_id", "created_at"),)

    id: Mapped[Id]
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(Text, server_default="")
    pinned: Mapped[bool] = mapped_column(Boolean, server_default="false")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class Tag(Base):
    """A word that records are marked with. `name` is the normalised label."""

    __tablename__ = "tags"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class Tagging(Base):
    """One tag on one record."""

    __tablename__ = "taggings"
    __table_args__ = (Index("ix_taggings_tag", "tag_id", "entity", "entity_id"),)

    entity: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    tag_id: Mapped[UUID] = mapped_column(ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
