"""Publishers, their keys and offers, everything that they sent, and how far each cap is used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id


class Publisher(Base):
    """Somebody who sends leads. In `test` every post of theirs is a test, whatever it says."""

    __tablename__ = "publishers"
    __table_args__ = (CheckConstraint("state in ('test', 'live', 'paused', 'closed')", name="state"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    state: Mapped[str] = mapped_column(Text, server_default="test")
    email: Mapped[str] = mapped_column(Text, server_default="")
    notes: Mapped[str] = mapped_column(Text, server_default="")
    per_minute: Mapped[int] = mapped_column(Integer, server_default="6000")
    created_at: Mapped[datetime]
    live_at: Mapped[datetime | None]
    asked_live_at: Mapped[datetime | None]
    asked_live_by: Mapped[str] = mapped_column(Text, server_default="")
    test_key_version: Mapped[int] = mapped_column(Integer, server_default="1")


class PublisherKey(Base):
    """A secret that a publisher's machine shows. Stored hashed; `start` and `ending` let people tell keys
    apart. `networks` (CIDR) empty: from anywhere.
    """

    __tablename__ = "publisher_keys"
    __table_args__ = (Index("ix_publisher_keys_publisher", "publisher_id"),)

    id: Mapped[Id]
    publisher_id: Mapped[UUID] = mapped_column(ForeignKey("publishers.id", ondelete="CASCADE"))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    start: Mapped[str] = mapped_column(Text)
    ending: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(Text, server_default="")
    last_used_at: Mapped[datetime | None]
    last_address: Mapped[str] = mapped_column(Text, server_default="")
    networks: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    revoked_at: Mapped[datetime | None]


class Offer(Base):
    """What we buy from one publisher, on which terms. Amounts in minor units; `terms` and `spec` see
    `models.terms`.
    """

    __tablename__ = "offers"
    __table_args__ = (
        Index("uq_offers_slug", "publisher_id", "slug", unique=True),
        CheckConstraint("state in ('test', 'live', 'paused', 'closed')", name="state"),
        CheckConstraint("price_amount >= 0", name="price"),
    )

    id: Mapped[Id]
    publisher_id: Mapped[UUID] = mapped_column(ForeignKey("publishers.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="live")
    price_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str] = mapped_column(Text, server_default="USD")
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    spec: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    pipeline: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Submission(Base):
    """One request and what we answered. `request`, `headers`, `answer`, `phone` and `email` go after 30 days;
    the rest stays.

    `request` and `extra` (what came under names that we don't know) are sealed: a publisher may send
    anything. `tally` is false for tests, so that nothing which sums up has to remember to leave them out.

    What was earned is `price_amount`: pending until `hold_until`, then approved, unless staff returned it
    before `return_until`. Both moments come from the offer as it stood on acceptance; without them it was
    approved at once.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index("ix_submissions_publisher", "publisher_id", text("at desc"), text("id desc")),
        Index("ix_submissions_offer", "offer_id", text("at desc")),
        Index("ix_submissions_lead", "lead_id", postgresql_where=text("lead_id is not null")),
        Index("ix_submissions_kept", "at", postgresql_where=text("request is not null")),
        Index("ix_submissions_earned", "publisher_id", "hold_until", postgresql_where=text("price_amount > 0")),
        Index("ix_submissions_test_phone", "publisher_id", "phone", postgresql_where=text("not tally")),
        CheckConstraint("status in ('accepted', 'duplicate', 'rejected', 'error')", name="status"),
    )

    id: Mapped[Id]
    publisher_id: Mapped[UUID] = mapped_column(ForeignKey("publishers.id", ondelete="CASCADE"))
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id", ondelete="SET NULL"))
    key_id: Mapped[UUID | None]
    at: Mapped[datetime]
    tally: Mapped[bool] = mapped_column(Boolean, server_default="true")
    status: Mapped[str] = mapped_column(Text)
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    lead_id: Mapped[UUID | None]
    price_amount: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str] = mapped_column(Text, server_default="USD")
    ref: Mapped[str] = mapped_column(Text, server_default="")
    sub_id: Mapped[str] = mapped_column(Text, server_default="")
    source: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    quality: Mapped[int | None] = mapped_column(SmallInteger)
    tips: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    hold_until: Mapped[datetime | None]
    return_until: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    returned_by: Mapped[str] = mapped_column(Text, server_default="")
    return_reason: Mapped[str] = mapped_column(Text, server_default="")
    form_id: Mapped[UUID | None]
    content_type: Mapped[str] = mapped_column(Text, server_default="")
    headers: Mapped[list[list[str]]] = mapped_column(JSONB, server_default="[]")
    address: Mapped[str] = mapped_column(Text, server_default="")
    request: Mapped[bytes | None] = mapped_column(LargeBinary)
    extra: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer_status: Mapped[int] = mapped_column(SmallInteger)
    answer: Mapped[str | None] = mapped_column(Text)


class CapCounter(Base):
    """What was accepted in one window of one cap. Raised in the very transaction that accepts."""

    __tablename__ = "cap_counters"

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True)
    per: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    leads: Mapped[int] = mapped_column(Integer, server_default="0")
    amount: Mapped[int] = mapped_column(BigInteger, server_default="0")


class HostedForm(Base):
    """A form on the tenant's own host that posts to one offer. `content` see `models.hosted`.

    `consents` are the words by version and language: they are only ever added to, so that a version says for
    ever what somebody saw. `frames` are the origins whose pages may embed the form.
    """

    __tablename__ = "hosted_forms"
    __table_args__ = (
        Index("ix_hosted_forms_offer", "offer_id"),
        CheckConstraint("state in ('draft', 'live', 'off')", name="state"),
        CheckConstraint("per_hour > 0", name="per_hour"),
    )

    id: Mapped[Id]
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    content: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    consents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    frames: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    per_hour: Mapped[int] = mapped_column(Integer, server_default="300")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
