"""Open sessions, mailed links, counted tries, and the history of coming in."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.tables import Base, Id
from themes.catalogue import later, say

Step = Literal["code", "mail", "enrol", "in"]


class Session(Base):
    """A browser on its way in or signed in. Ids are stored hashed, and each step gets a new one.

    `step`: `code` waits for the second factor, `mail` for a code that was mailed, `enrol` for a second factor
    to be set up, `in` is in. `confirmed_at` is when the person last proved who they are. `support` holds who
    was let in and why.
    """

    __tablename__ = "sessions"
    __table_args__ = (CheckConstraint("step in ('code', 'mail', 'enrol', 'in')", name="step"),)

    id: Mapped[Id]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    person_version: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text, server_default="password")
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    support: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class Token(Base):
    """A mailed link or code for one purpose, usable once.

    Nothing that opens anything is stored: the link and the code are keyed hashes over the row's id. A row
    made for an e-mail that nobody has here stays without a person, so that known and unknown addresses cost
    the same.
    """

    __tablename__ = "tokens"
    __table_args__ = (Index("ix_tokens_person", "person_id", "purpose"),)

    id: Mapped[Id]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    email: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """A counter of tries in a window, per person, address or tenant: throttling that no restart forgets."""

    __tablename__ = "attempts"

    bucket: Mapped[str] = mapped_column(Text, primary_key=True)
    window: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(Integer, server_default="0")


class SignIn(Base):
    """The history of who came in, or tried to, from where. `person_id` is empty for an e-mail that nobody has
    here.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        CheckConstraint("outcome in ('entered', 'refused')", name="outcome"),
        Index("ix_sign_ins_person", "person_id", "at"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID | None]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    agent: Mapped[str] = mapped_column(Text)


_HOW = {
    "password": later("Password"),
    "link": later("Mailed link"),
    "code": later("Mailed code"),
    "invitation": later("Invitation"),
    "reset": later("Password reset"),
    "totp": later("Authenticator code"),
    "recovery": later("Recovery code"),
    "support": later("Support hand-over"),
    "throttled": later("Too many tries"),
}


def how_in_words(how: str) -> str:
    """`password+totp` as a person reads it."""
    return " + ".join(say(_HOW.get(part, part)) for part in how.split("+"))
