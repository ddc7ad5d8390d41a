"""Reading the inbox: conversations within reach, and one with its words; snippets."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from app.access.models import PersonRow
from app.contacts.models import Contact
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible
from app.messages.models import Conversation, Message, Snippet
from app.messages.queries.lists import conversation
from app.team.models import Member

SCOPES = ("mine", "team", "all")
SCREEN = 30


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation in the list, with the last thing that they wrote."""

    contact_id: UUID
    lead_id: UUID | None
    name: str
    channel: str
    text: str
    last_at: datetime
    waiting: bool
    holder_id: UUID | None
    holder: str
    owner_id: UUID | None
    owner: str


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation with its words, the oldest first."""

    talk: Talk
    contact: Contact
    messages: list[Message]


async def inbox(
    work: Work, person: Person, *, scope: str = "mine", cursor: str = "", limit: int = SCREEN
) -> tuple[list[Talk], str]:
    """Those that wait first, the newest on top; and where the next screen begins."""
    found = await _within(work, person, scope)
    if cursor:
        found = found.where(
            tuple_(Conversation.waiting, Conversation.last_at, Conversation.contact_id) < tuple_(*_position(cursor))
        )
    order = (Conversation.waiting.desc(), Conversation.last_at.desc(), Conversation.contact_id.desc())
    rows = (await work.execute(found.order_by(*order).limit(limit + 1))).all()
    talks = await _talks(work, rows[:limit])
    last = talks[-1] if len(rows) > limit else None
    return talks, f"{int(last.waiting)}_{last.last_at.isoformat()}_{last.contact_id}" if last else ""


async def waiting_count(work: Work, person: Person, *, scope: str = "mine") -> int:
    found = (await _within(work, person, scope)).where(Conversation.waiting)
    return await work.scalar(select(func.count()).select_from(found.subquery())) or 0


async def thread(work: Work, person: Person, contact_id: UUID) -> Thread:
    """Within reach. Raises NotFound."""
    found = (await _within(work, person, "all")).where(Conversation.contact_id == contact_id)
    rows = (await work.execute(found)).all()
    if not rows:
        raise NotFound
    (talk,) = await _talks(work, rows)
    return Thread(talk=talk, contact=rows[0].Contact, messages=await conversation(work, contact_id, limit=40))


async def _within(work: Work, person: Person, scope: str) -> Select[Any]:
    """Conversations of leads that this person sees; those of people without a lead only for whoever sees all."""
    lead = and_(Lead.id == Conversation.lead_id, await visible(work, person))
    statement = (
        select(Conversation, Contact, Message.body.label("body"), Lead.owner_id.label("owner_id"))
        .join(Contact, Contact.id == Conversation.contact_id)
        .join(Message, Message.id == Conversation.last_id)
        .outerjoin(Lead, lead)
    )
    if person.reach != "all":
        statement = statement.where(Lead.id.is_not(None))
    if scope == "mine":
        return statement.where(_belongs([person.id]))
    return statement.where(_belongs(await _mates(work, person))) if scope == "team" else statement


def _belongs(people: list[UUID]) -> ColumnElement[bool]:
    """Taken on by one of them, or of a lead of theirs that nobody else has taken on."""
    theirs = and_(Lead.owner_id.in_(people), Conversation.holder_id.is_(None))
    return or_(Conversation.holder_id.in_(people), theirs)


async def _mates(work: Work, person: Person) -> list[UUID]:
    team = select(Member.team_id).where(Member.person_id == person.id).scalar_subquery()
    mates = await work.scalars(select(Member.person_id).where(Member.team_id == team))
    return sorted({*mates.all(), person.id})


async def _talks(work: Work, rows: Any) -> list[Talk]:
    ids = {one for row in rows for one in (row.Conversation.holder_id, row.owner_id) if one}
    found = await work.execute(select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(ids)))
    people: dict[UUID | None, str] = dict(found.tuples().all())  # type: ignore[arg-type]
    return [
        Talk(
            contact_id=row.Conversation.contact_id,
            lead_id=row.Conversation.lead_id,
            name=row.Contact.name or row.Contact.phone or row.Contact.email or "",
            channel=row.Conversation.channel,
            text=row.body,
            last_at=row.Conversation.last_at,
            waiting=row.Conversation.waiting,
            holder_id=row.Conversation.holder_id,
            holder=people.get(row.Conversation.holder_id, ""),
            owner_id=row.owner_id,
            owner=people.get(row.owner_id, ""),
        )
        for row in rows
    ]


def _position(cursor: str) -> tuple[bool, datetime, UUID]:
    waiting, _, rest = cursor.partition("_")
    at, _, contact_id = rest.partition("_")
    try:
        return waiting == "1", datetime.fromisoformat(at), UUID(contact_id)
    except ValueError:
        raise NotFound from None


async def snippets(work: Work, person_id: UUID | None) -> list[Snippet]:
    """Everybody's, and those of this person, by name."""
    own = Snippet.owner_id.is_(None)
    if person_id is not None:
        own = or_(own, Snippet.owner_id == person_id)
    return list(await work.scalars(select(Snippet).where(own).order_by(func.lower(Snippet.label), Snippet.id)))
