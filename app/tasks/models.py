"""One table of tasks for every kind of record."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

KINDS = ("task", "call", "message", "meeting")
PRIORITIES = {1: "High", 2: "Normal", 3: "Low"}


class Task(Base):
    """A promise. `entity` is empty for one that hangs on no record; `kind` `call` is a callback: it goes to
    the top of the queue at its minute. `repeat_days`: finishing it makes the next one that many days later.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("kind in ('task', 'call', 'message', 'meeting')", name="kind"),
        CheckConstraint("priority between 1 and 3", name="priority"),
        CheckConstraint("repeat_days between 0 and 365", name="repeat_days"),
        Index("ix_tasks_open", "assignee_id", "due_at", postgresql_where=text("done_at is null")),
        Index("ix_tasks_record", "entity", "entity_id", "due_at"),
    )

    id: Mapped[Id]
    entity: Mapped[str] = mapped_column(Text, server_default="")
    entity_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text, server_default="task")
    title: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    repeat_days: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    assignee_id: Mapped[UUID | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
