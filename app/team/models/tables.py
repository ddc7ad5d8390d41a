"""Teams, what routing knows of each member, and who is here now."""

from datetime import datetime, time, tzinfo
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id

PresenceState = Literal["ready", "on_call", "wrap_up", "break", "away"]
STATES: tuple[PresenceState, ...] = ("ready", "on_call", "wrap_up", "break", "away")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Day → spans of the day, each ["09:00", "17:30"]; a span may not pass midnight. A missing day is free.
Hours = dict[str, list[list[str]]]


class Team(Base):
    """People who see each other's leads where their role reaches as far as the team."""

    __tablename__ = "teams"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime]


class Member(Base):
    """What routing knows of a person. Somebody without a row has the tenant's hours, no limit and weight 1.

    `hours` is None for the tenant's own; they are meant in `zone`, else in the tenant's. `cap` counts open
    leads.
    """

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint("cap >= 0", name="cap"),
        CheckConstraint("weight between 0 and 100", name="weight"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    hours: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    zone: Mapped[str | None] = mapped_column(Text)
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    territories: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    cap: Mapped[int | None] = mapped_column(Integer)
    weight: Mapped[int] = mapped_column(Integer, server_default="1")
    updated_at: Mapped[datetime]


class Presence(Base):
    """Where somebody is now, and since when. No row is `away`."""

    __tablename__ = "presence"
    __table_args__ = (CheckConstraint("state in ('ready', 'on_call', 'wrap_up', 'break', 'away')", name="state"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]


def at_work(hours: Hours, at: datetime, zone: tzinfo) -> bool:
    """Whether this moment lies in somebody's hours: from a span's first minute up to, not with, its last."""
    local = at.astimezone(zone)
    spans = hours.get(DAYS[local.weekday()], [])
    return any(time.fromisoformat(start) <= local.time() < _end(end) for start, end in spans)


def _end(text: str) -> time:
    """24:00 is how a span lasts to the end of its day."""
    return time.max if text == "24:00" else time.fromisoformat(text)
