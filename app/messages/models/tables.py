"""Templates, and every e-mail and text that left, was refused, or came in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

CHANNELS = ("email", "sms")
PURPOSES = ("marketing", "servicing", "transactional")
# The way out: queued → sending → sent → delivered. Beside it: refused (by the gate or the law), failed
# (certainly not delivered), bounced, unknown (it may have left; a person looks), canceled. The way in:
# received.
STATES = (
    "queued", "sending", "sent", "delivered", "refused", "failed", "bounced", "unknown", "canceled", "received",
)  # fmt: skip


class MessageTemplate(Base):
    """Words to send again and again, with Liquid tokens. `name` is how programs call it.

    The `…_es` are what people get who read Spanish; empty: they get the others.
    """

    __tablename__ = "message_templates"
    __table_args__ = (
        CheckConstraint("channel in ('email', 'sms')", name="channel"),
        CheckConstraint("purpose in ('marketing', 'servicing', 'transactional')", name="purpose"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text)
    button_label: Mapped[str] = mapped_column(Text, server_default="")
    button_link: Mapped[str] = mapped_column(Text, server_default="")
    subject_es: Mapped[str] = mapped_column(Text, server_default="")
    body_es: Mapped[str] = mapped_column(Text, server_default="")
    button_label_es: Mapped[str] = mapped_column(Text, server_default="")
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(Text, server_default="")
    archived_at: Mapped[datetime | None]


class TemplateVersion(Base):
    """A template as it once was: `words` by the name of each field. The newest is the template itself."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[Id]
    template_id: Mapped[UUID] = mapped_column(ForeignKey("message_templates.id"))
    version: Mapped[int] = mapped_column(Integer)
    words: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime]
    saved_by: Mapped[str] = mapped_column(Text, server_default="")


class Message(Base):
    """One e-mail, text or secure message in the portal, either way. `body` is the words as one person gets them; the layout is added when
    it leaves.

    `key` keeps a sequence step from being sent twice. `leave_token` opens the page to unsubscribe.
    `message_ref` is the Message-ID of a mail, by which replies and bounces find it. `due_at`: it leaves then, and may
    be taken back until then.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        CheckConstraint("channel in ('email', 'sms', 'portal')", name="channel"),
        CheckConstraint(f"state in {STATES}", name="state"),
        Index("ix_messages_contact", "contact_id", text("at desc")),
        Index("ix_messages_lead", "lead_id", text("at desc")),
        Index("uq_messages_key", "key", unique=True, postgresql_where=text("key is not null")),
        Index("uq_messages_leave", "leave_token", unique=True, postgresql_where=text("leave_token is not null")),
        Index("ix_messages_ref", "message_ref", postgresql_where=text("message_ref is not null")),
        Index("ix_messages_provider", "provider_id", postgresql_where=text("provider_id is not null")),
        Index("ix_messages_unanswered", "at", postgresql_where=text("direction = 'in' and answered_at is null")),
        Index(
            "ix_messages_state",
            "state",
            "at",
            postgresql_where=text("state in ('unknown', 'failed', 'bounced')"),
        ),
    )

    id: Mapped[Id]
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    lead_id: Mapped[UUID | None]
    direction: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text, server_default="marketing")
    automated: Mapped[bool] = mapped_column(Boolean, server_default="false")
    state: Mapped[str] = mapped_column(Text)
    template_id: Mapped[UUID | None]
    key: Mapped[str | None] = mapped_column(Text)
    cause: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    subject: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text, server_default="")
    button: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    attachments: Mapped[list[Any]] = mapped_column(JSONB, server_default="[]")
    segments: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    sender: Mapped[str] = mapped_column(Text, server_default="")
    recipient: Mapped[str] = mapped_column(Text, server_default="")
    provider_id: Mapped[str | None] = mapped_column(Text)
    message_ref: Mapped[str | None] = mapped_column(Text)
    in_reply_to: Mapped[UUID | None]
    leave_token: Mapped[str | None] = mapped_column(Text)
    attempt_id: Mapped[UUID | None]
    agenda_id: Mapped[UUID | None]
    refused_code: Mapped[str | None] = mapped_column(Text)
    refused_why: Mapped[str] = mapped_column(Text, server_default="")
    next_lawful_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(Text, server_default="")
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]


class Conversation(Base):
    """Somebody who wrote to us: what came last, whether it waits for an answer, and who has taken it on."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("channel in ('email', 'sms', 'portal')", name="channel"),
        Index("ix_conversations_order", text("waiting desc"), text("last_at desc"), "contact_id"),
    )

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"), primary_key=True)
    lead_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(Text)
    last_id: Mapped[UUID]
    last_at: Mapped[datetime]
    waiting: Mapped[bool] = mapped_column(Boolean, server_default="true")
    holder_id: Mapped[UUID | None]
    held_at: Mapped[datetime | None]


class Snippet(Base):
    """Words that somebody types often. `owner_id` empty: everybody's."""

    __tablename__ = "snippets"
    __table_args__ = (Index("ix_snippets_owner", "owner_id", "label"),)

    id: Mapped[Id]
    owner_id: Mapped[UUID | None]
    label: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str] = mapped_column(Text, server_default="")
