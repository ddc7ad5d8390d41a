"""What somebody is typing, kept on the server until it is sent: `<form data-draft="note-{id}">` posts here by itself.

A page that shows the form asks `kept` and fills it in; the handler that takes the form calls `done`. Personal data
never goes into the browser's own storage; a draft is seen by its writer alone.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core import agenda, clock
from app.core.errors import invalid
from app.core.tables import Base
from app.core.work import Work

LONGEST_KEY = 120
MOST = 100_000  # characters
KEPT = timedelta(days=30)


class Draft(Base):
    """The fields of one form of one person, as last typed."""

    __tablename__ = "drafts"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]


async def kept(work: Work, key: str) -> dict[str, Any]:
    """What this person typed into the form last and did not send; empty when there is nothing."""
    found = await work.scalar(select(Draft.body).where(Draft.person_id == work.person.id, Draft.key == key))
    return dict(found or {})


async def done(work: Work, key: str) -> None:
    """The form was sent: forget what was typed."""
    await work.execute(delete(Draft).where(Draft.person_id == work.person.id, Draft.key == key))


async def keep(work: Work, key: str, body: dict[str, Any]) -> None:
    """Raises Invalid for a key or a body that is too long. An empty form is no draft."""
    await keep_for(work, work.person.id, key, body)


async def keep_for(work: Work, person_id: UUID, key: str, body: dict[str, Any]) -> None:
    """`keep` for somebody who is not signed in just now."""
    if len(key) > LONGEST_KEY or sum(len(name) + len(str(value)) for name, value in body.items()) > MOST:
        raise invalid("draft", "This is too long to be kept while you type.", "too_long")
    if not any(body.values()):
        await work.execute(delete(Draft).where(Draft.person_id == person_id, Draft.key == key))
        return
    fresh = insert(Draft).values(person_id=person_id, key=key, body=body, at=clock.now())
    newer = {"body": fresh.excluded.body, "at": fresh.excluded.at}
    await work.execute(fresh.on_conflict_do_update(index_elements=["person_id", "key"], set_=newer))


@agenda.recurring("drafts.tidy", timedelta(days=1))
async def tidy(work: Work) -> None:
    """Forget what nobody came back to."""
    await work.execute(delete(Draft).where(Draft.at < clock.now() - KEPT))
