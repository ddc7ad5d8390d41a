"""What the gate remembers: lists and opt-outs, corrected rules, every contact made, every contact refused."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

LISTS = ("opt_out", "internal", "national", "state", "litigator", "suppressed", "reassigned")


class ListEntry(Base):
    """One address on one list, or one person's no. A lifted one stays: some states hold it for years.

    `channel` and `purpose` empty mean all of them. `at` is when the person said so, or the list's own date.
    """

    __tablename__ = "list_entries"
    __table_args__ = (
        CheckConstraint(
            "list in ('opt_out', 'internal', 'national', 'state', 'litigator', 'suppressed', 'reassigned')",
            name="list",
        ),
        CheckConstraint("contact_id is not null or phone is not null or email is not null", name="address"),
        Index("ix_list_entries_phone", "phone", postgresql_where=text("phone is not null")),
        Index("ix_list_entries_email", "email", postgresql_where=text("email is not null")),
        Index("ix_list_entries_contact", "contact_id", postgresql_where=text("contact_id is not null")),
        Index("ix_list_entries_list", "list", "state", text("at desc")),
    )

    id: Mapped[Id]
    list: Mapped[str] = mapped_column(Text)
    contact_id: Mapped[UUID | None]
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    words: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime]
    by_name: Mapped[str] = mapped_column(Text, server_default="")
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(Text)
    lifted_why: Mapped[str] = mapped_column(Text, server_default="")


class RuleOverride(Base):
    """An administrator's correction of a rule, as a row of the data files' shape, with its own source and
    date.
    """

    __tablename__ = "rule_overrides"
    __table_args__ = (
        Index("ix_rule_overrides_rule", "rule_id", "effective"),
        {"comment": "insert-only: corrections"},
    )

    id: Mapped[Id]
    rule_id: Mapped[str] = mapped_column(Text)
    effective: Mapped[date] = mapped_column(Date)
    row: Mapped[dict[str, Any]] = mapped_column(JSONB)
    by_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]


class Attempt(Base):
    """A contact that was let through, made or about to be made. A void one certainly never happened and is
    not counted.

    `record`/`record_id` name what it became: a message or a call. Address and person are both kept, because
    limits count whoever shares the number.
    """

    __tablename__ = "contact_attempts"
    __table_args__ = (
        CheckConstraint("channel in ('call', 'sms', 'email')", name="channel"),
        Index("ix_contact_attempts_contact", "contact_id", text("at desc")),
        Index("ix_contact_attempts_phone", "phone", text("at desc"), postgresql_where=text("phone is not null")),
        Index("ix_contact_attempts_record", "record_id"),
    )

    id: Mapped[Id]
    contact_id: Mapped[UUID]
    lead_id: Mapped[UUID | None]
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    automated: Mapped[bool] = mapped_column(Boolean, server_default="false")
    subject: Mapped[str | None] = mapped_column(Text)
    confirms_opt_out: Mapped[bool] = mapped_column(Boolean, server_default="false")
    record: Mapped[str] = mapped_column(Text, server_default="")
    record_id: Mapped[UUID | None]
    at: Mapped[datetime]
    void_at: Mapped[datetime | None]
    verdict: Mapped[str] = mapped_column(Text, server_default="")
    by_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(Text, server_default="")


class RefusedContact(Base):
    """A contact that the gate did not let through, with every reason and the rule behind it."""

    __tablename__ = "refused_contacts"
    __table_args__ = (
        Index("ix_refused_contacts_at", text("at desc")),
        Index("ix_refused_contacts_contact", "contact_id", text("at desc")),
        {"comment": "insert-only: refusals"},
    )

    id: Mapped[Id]
    contact_id: Mapped[UUID]
    lead_id: Mapped[UUID | None]
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    automated: Mapped[bool] = mapped_column(Boolean, server_default="false")
    code: Mapped[str] = mapped_column(Text)
    rule_id: Mapped[str] = mapped_column(Text)
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    sentence: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, server_default="")
    next_at: Mapped[datetime | None]
    at: Mapped[datetime]
    by_id: Mapped[UUID | None]
    by_name: Mapped[str] = mapped_column(Text, server_default="")
