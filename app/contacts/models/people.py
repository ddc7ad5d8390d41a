"""People and firms that the tenant's business is about, and what they agreed to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


def _trigram(name: str, column: str) -> Index:
    """Finds any fragment of a name, number or address."""
    return Index(name, column, postgresql_using="gin", postgresql_ops={column: "ext.gin_trgm_ops"})


def _among_neighbours(name: str, column: str, letters: int) -> Index:
    return Index(name, "zip", text(f"lower(left({column}, {letters}))"), postgresql_where=text("zip is not null"))


class Contact(Base):
    """One person. `*_key` columns hold normalised text for comparing and finding; phones are E.164,
    e-mails lower case.

    `zone` is the IANA zone the person told us; without it every plausible zone counts.
    """

    __tablename__ = "contacts"
    __table_args__ = (
        _trigram("ix_contacts_name_fragment", "name_key"),
        _trigram("ix_contacts_email_fragment", "email"),
        _trigram("ix_contacts_phone_fragment", "phone"),
        Index("ix_contacts_phone", "phone"),
        Index("ix_contacts_email", "email"),
        # Looking for duplicates among neighbours, and from where it left off.
        _among_neighbours("ix_contacts_zip_last", "last_name", 3),
        _among_neighbours("ix_contacts_zip_first", "first_name", 3),
        _among_neighbours("ix_contacts_zip_address", "address", 6),
        Index("ix_contacts_city_last", "city_key", text("lower(left(last_name, 3))")),
        Index("ix_contacts_updated", "updated_at"),
        Index("ix_contacts_name", "name_key", "id"),
        Index("ix_contacts_merged", "merged_into", postgresql_where=text("merged_into is not null")),
    )

    id: Mapped[Id]
    first_name: Mapped[str] = mapped_column(Text, server_default="")
    last_name: Mapped[str] = mapped_column(Text, server_default="")
    name_key: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    city_key: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    zip: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str] = mapped_column(Text, server_default="US")
    zone: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="en")
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    bankrupt_at: Mapped[datetime | None]
    email_bounced_at: Mapped[datetime | None]
    merged_into: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.phone or ""


class Consent(Base):
    """What a person agreed to: the words as shown, when, where, and the certificate that proves it (16 CFR
    310.5).
    """

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_contact", "contact_id"),)

    id: Mapped[Id]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purpose: Mapped[str] = mapped_column(Text, server_default="marketing")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    url: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    certificate_id: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="")
    revoked_at: Mapped[datetime | None]
    revoked_how: Mapped[str | None] = mapped_column(Text)
