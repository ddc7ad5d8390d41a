"""People, roles, sessions and the audit log."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

Audience = Literal["staff", "publisher", "client", "console"]


class Role(Base):
    """A named set of permissions. `audience` decides which surface its people see; built-in ones cannot be deleted."""

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
    require_totp: Mapped[bool] = mapped_column(Boolean, server_default="false")
    builtin: Mapped[bool] = mapped_column(Boolean, server_default="false")


class PersonRow(Base):
    """Somebody who can sign in. `party_id` is the publisher, client or reseller that the person stands for."""

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
    """One of ten ways back in without the phone; each works once."""

    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None]


class Session(Base):
    """A signed-in browser. Ids are stored hashed; `step` is `code` between password and second factor."""

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("step in ('code', 'enrol', 'in')", name="step"),)

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    person_version: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Token(Base):
    """A mailed link or code: reset, invitation, sign-in, hand-over. Hashed, single use, for one purpose."""

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_person", "person_id", "purpose"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """A counter of tries in a window, per person, address or tenant: throttling that no restart forgets."""

    __tablename__ = "attempts"

    bucket: Mapped[str] = mapped_column(Text, primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer, server_default="0")


class SignIn(Base):
    """The history of who came in, or tried to, from where."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_person", "person_id", "at"),)

    id: Mapped[Id]
    person_id: Mapped[UUID | None]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)


class AuditEntry(Base):
    """Who did what to which record, before and after. Written unchained in the transaction of the deed."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at"),
        Index("ix_audit_record", "entity", "entity_id"),
        {"comment": "insert-only: what happened stays as it was written"},
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID | None]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text, server_default="")
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    trace: Mapped[str | None] = mapped_column(Text)


class AuditSeal(Base):
    """One link of the chain: number, the entry it seals, and the hash over the one before and the entry itself."""

    __tablename__ = "audit_seals"
    __table_args__ = ({"comment": "insert-only: the chain that makes a changed entry show"},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
