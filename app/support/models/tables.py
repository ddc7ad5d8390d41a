"""One request of a customer, and what was said about it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

STATES = ("new", "open", "waiting", "solved", "closed")
RUNNING = ("new", "open")  # the clock runs
OPEN = ("new", "open", "waiting")
CHANNELS = ("email", "sms", "phone", "portal")


class Ticket(Base):
    """`number` is what people say to each other. Times are targets in business time, as `targets` had them:
    `{"first": seconds, "resolve": seconds, "always": bool}`.

    While it waits for the customer the clocks stand: `first_due_at` and `due_at` are empty and `first_left`, `left`
    hold the seconds that remain. `next_due_at` is the nearer of those that run. A merged one points to where it went.
    `team_id`: whose members may take it while it has no assignee.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        CheckConstraint(f"channel in {CHANNELS}", name="channel"),
        CheckConstraint("rating between 1 and 5", name="rating"),
        Index("uq_tickets_number", "number", unique=True),
        Index("ix_tickets_due", "next_due_at", "id", postgresql_where=text("state in ('new', 'open', 'waiting')")),
        Index("ix_tickets_contact", "contact_id", text("updated_at desc")),
        Index("ix_tickets_lead", "lead_id"),
        Index("ix_tickets_assignee", "assignee_id", "state"),
        Index("ix_tickets_team", "team_id", postgresql_where=text("team_id is not null")),
        Index("ix_tickets_updated", text("updated_at desc"), text("id desc")),
        Index("uq_tickets_rate", "rate_token", unique=True, postgresql_where=text("rate_token is not null")),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(Integer)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    lead_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text, server_default="")
    priority: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="new")
    assignee_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id"))
    targets: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    first_due_at: Mapped[datetime | None]
    first_at: Mapped[datetime | None]
    first_left: Mapped[int | None] = mapped_column(Integer)
    first_missed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    resolve_left: Mapped[int | None] = mapped_column(Integer)
    missed_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    merged_into: Mapped[UUID | None]
    follows: Mapped[UUID | None]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    rating_note: Mapped[str] = mapped_column(Text, server_default="")
    rated_at: Mapped[datetime | None]
    rate_token: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class TicketEntry(Base):
    """Something said: by the customer, by us to them, or among us (`note`, never shown to the customer).

    `message_id` is the mail or text that carried it, in or out.
    """

    __tablename__ = "ticket_entries"
    __table_args__ = (
        CheckConstraint("kind in ('customer', 'staff', 'note')", name="kind"),
        Index("ix_ticket_entries_ticket", "ticket_id", "at"),
        Index("uq_ticket_entries_message", "message_id", unique=True, postgresql_where=text("message_id is not null")),
    )

    id: Mapped[Id]
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("tickets.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text)
    message_id: Mapped[UUID | None]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(Text, server_default="")
    at: Mapped[datetime]
