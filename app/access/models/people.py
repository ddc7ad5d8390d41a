"""Roles, people and their ways back in."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

Audience = Literal["staff", "publisher", "client", "console"]


class Role(Base):
    """A named set of permissions. `audience` decides which surface its people see; built-in ones cannot be
    deleted. `reach` says whose records, `unassigned` whether nobody's too.
    """

    __tablename__ = "roles"
    __table_args__ = (
        CheckConstraint("audience in ('staff', 'publisher', 'client', 'console')", name="audience"),
        CheckConstraint("reach in ('own', 'team', 'all')", name="reach"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)
    home: Mapped[str] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    reach: Mapped[str] = mapped_column(Text, server_default="own")
    unassigned: Mapped[bool] = mapped_column(Boolean, server_default="true")
    require_totp: Mapped[bool] = mapped_column(Boolean, server_default="false")
    builtin: Mapped[bool] = mapped_column(Boolean, server_default="false")


class PersonRow(Base):
    """Somebody who can sign in.

    `party_id` is the publisher, client or reseller that the person stands for. `version` counts up whenever
    what stands in open sessions must no longer be believed. `support` marks the stand-in of somebody from the
    provider, who comes in by a hand-over alone and is not one of the tenant's people.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("state in ('invited', 'active', 'deactivated')", name="state"),
        Index("ix_people_party", "party_id"),
    )

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    role_id: Mapped[UUID] = mapped_column(ForeignKey("roles.id"), index=True)
    party_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text, server_default="active")
    support: Mapped[bool] = mapped_column(Boolean, server_default="false")
    password_hash: Mapped[str | None] = mapped_column(Text)
    email_verified_at: Mapped[datetime | None]
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int] = mapped_column(BigInteger, server_default="0")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    preferences: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]


class RecoveryCode(Base):
    """One of ten ways back in without the phone; each works once. Kept as the tenant's keyed hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]
