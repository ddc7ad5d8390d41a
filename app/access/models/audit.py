"""The audit log and the chain that makes a changed entry show."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

GENESIS = bytes(32)


class AuditEntry(Base):
    """Who did what to which record, before and after. Written unchained in the transaction of the deed."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_record", "entity", "entity_id"),
        Index("ix_audit_actor", "actor_id", "at"),
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
    """One link of the chain: number, the entry it seals, and the hash over the one before and the entry
    itself.
    """

    __tablename__ = "audit_seals"
    __table_args__ = ({"comment": "insert-only: the chain that makes a changed entry show"},)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id"), unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


_FIELDS = (
    "id",
    "action",
    "entity",
    "entity_id",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "changes",
    "trace",
)


def link(before: bytes, number: int, entry: Any) -> bytes:
    """The hash of one link: SHA-256 over the link before, the number, and every column of the entry as
    stored.

    `entry` is a row as read back from the database, so that sealing and checking hash the very same values.
    """
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    values = [number, moment, *(getattr(entry, name) for name in _FIELDS)]
    return hashlib.sha256(before + msgspec.json.encode(values, order="sorted")).digest()
