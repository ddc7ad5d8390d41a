"""A tenant's own fields, and the mirror of their values that conditions search."""

from datetime import datetime
from decimal import Decimal
from typing import get_args
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.fields.field import FieldType
from app.core.tables import Base, Id

_TYPES = ", ".join(f"'{name}'" for name in get_args(FieldType))


class CustomField(Base):
    """A field that the tenant added. Its name and type never change; archived, it keeps its values unseen."""

    __tablename__ = "fields"
    __table_args__ = (
        UniqueConstraint("entity", "name"),
        CheckConstraint(f"type in ({_TYPES})", name="type"),
    )

    id: Mapped[Id]
    entity: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    options: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
    retired_options: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    required: Mapped[bool] = mapped_column(server_default="false")
    sensitive: Mapped[bool] = mapped_column(server_default="false")
    filterable: Mapped[bool] = mapped_column(server_default="false")
    group: Mapped[str] = mapped_column("section", Text, server_default="details")
    hint: Mapped[str] = mapped_column(Text, server_default="")
    example: Mapped[str] = mapped_column(Text, server_default="")
    position: Mapped[int] = mapped_column(Integer, server_default="500")
    currency: Mapped[str] = mapped_column(Text, server_default="")
    max_length: Mapped[int | None] = mapped_column(Integer)
    minimum: Mapped[Decimal | None] = mapped_column(Numeric)
    maximum: Mapped[Decimal | None] = mapped_column(Numeric)
    archived_at: Mapped[datetime | None]


class FieldValue(Base):
    """One comparable value of a filterable custom field: in `num`, `txt` or `at`, whichever its kind uses.

    The record's JSONB is the truth; this is written in the same call. A multi_choice has a row for each item.
    """

    __tablename__ = "field_values"
    __table_args__ = (
        Index("ix_field_values_num", "field", "num", "record"),
        Index("ix_field_values_txt", "field", "txt", "record"),
        Index("ix_field_values_at", "field", "at", "record"),
        Index("ix_field_values_words", "txt", postgresql_using="gin", postgresql_ops={"txt": "ext.gin_trgm_ops"}),
    )

    record: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[UUID] = mapped_column(ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True)
    item: Mapped[int] = mapped_column(SmallInteger, primary_key=True, server_default="0")
    entity: Mapped[str] = mapped_column(Text)
    num: Mapped[Decimal | None] = mapped_column(Numeric)
    txt: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime | None]
