"""Drafts and versions of a brand, and the pictures uploaded for it. What is worn stands in the registry."""

from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id
from themes.tokens import Brand, brand_of

PLACES = ("logo", "logo_dark", "favicon")


class BrandVersion(Base):
    """One state of the brand. The single row without a number is the draft; the others were published.

    `published_at` is when it reached the registry: a numbered row without it is on its way.
    """

    __tablename__ = "brand_versions"
    __table_args__ = (UniqueConstraint("version", postgresql_nulls_not_distinct=True),)

    id: Mapped[Id]
    version: Mapped[int | None]
    brand: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Text, server_default="")
    published_at: Mapped[datetime | None]


class BrandPicture(Base):
    """A picture drawn anew from an upload; its key names the content, so two of the same are one."""

    __tablename__ = "brand_pictures"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    content_type: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime]


def changes(before: dict[str, Any], after: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → (before, after) of what differs when both are worn; spelling a default out is no change."""
    old, new = brand_of(before), brand_of(after)
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in Brand.__struct_fields__}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
