"""Opening, resting and ending sessions. All in real time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Session, Step
from app.access.models.policy import HALF_WAY, SEEN_EVERY, SUPPORT_STAY, stay
from app.core import clock, config
from app.core.crypto import digest, new_token
from app.core.work import Work

config.declare_defaults(sessions={})


async def open_session(
    work: Work, person: PersonRow, *, step: Step, address: str, agent: str, how: str = "password"
) -> str:
    """A new session with an id of its own; the token is returned once and stored hashed."""
    _, token = await start(work, person, step=step, address=address, agent=agent, how=how)
    return token


async def start(
    work: Work,
    person: PersonRow,
    *,
    step: Step,
    address: str,
    agent: str,
    how: str,
    support: dict[str, Any] | None = None,
) -> tuple[Session, str]:
    """As `open_session`, with the row. A session of `support` has proved nothing about the person it stands
    in for.
    """
    token, now = new_token(), clock.real_now()
    session = Session(
        id=uuid7(),
        token_hash=digest(token),
        person_id=person.id,
        person_version=person.version,
        step=step,
        how=how,
        address=address[:64],
        agent=agent[:200],
        created_at=now,
        last_seen=now,
        support=support,
        expires_at=now + await _lives(work, step, support is not None),
        confirmed_at=now if step == "in" and support is None else None,
    )
    work.add(session)
    await work.flush()
    return session, token


async def _lives(work: Work, step: Step, support: bool) -> timedelta:
    if support:
        return SUPPORT_STAY
    return stay(await config.get(work, "sessions")).absolute if step == "in" else HALF_WAY


async def close_session(work: Work, session_id: UUID, person_id: UUID) -> bool:
    """End one of this person's sessions. False when there is none of that id."""
    found = await work.execute(delete(Session).where(Session.id == session_id, Session.person_id == person_id))
    return bool(found.rowcount)


async def close_sessions(work: Work, person_id: UUID, *, keep: UUID | None = None) -> int:
    """End a person's sessions, but for the one to keep. Returns how many."""
    found = await work.execute(delete(Session).where(Session.person_id == person_id, Session.id != keep))
    return int(found.rowcount)


async def touch(work: Work, session: Session) -> None:
    """Note that the session is in use, at most once a minute."""
    now = clock.real_now()
    if session.last_seen < now - SEEN_EVERY:
        await work.execute(update(Session).where(Session.id == session.id).values(last_seen=now))


async def note_confirmed(work: Work, session_id: UUID) -> None:
    """The person has just proved again who they are."""
    await work.execute(update(Session).where(Session.id == session_id).values(confirmed_at=clock.real_now()))


async def bump(work: Work, person: PersonRow, *, keep: UUID | None = None) -> None:
    """Every open session of the person ends, but for the one to keep, which goes on under the new version."""
    person.version += 1
    await close_sessions(work, person.id, keep=keep)
    if keep is not None:
        await work.execute(update(Session).where(Session.id == keep).values(person_version=person.version))
    await work.flush()
