"""Sessions behind cookies, and who came in when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from app.access.models import PersonRow, RecoveryCode, Role, Session, SignIn
from app.access.models.policy import stay
from app.access.queries.people import as_person
from app.core import clock, config
from app.core.crypto import digest
from app.core.permissions import Person
from app.core.work import Work


async def session_of(work: Work, token: str) -> Row[Any] | None:
    """Session, person and role behind a cookie, in one read; None when it is unknown, ended, idle or
    outdated.
    """
    now, rules = clock.real_now(), stay(await config.get(work, "sessions"))
    statement = _signed_in(now).where(Session.token_hash == digest(token), Session.last_seen > now - rules.idle)
    return (await work.execute(statement)).first()


async def person_behind(work: Work, token: str) -> UUID | None:
    """Whose session this cookie was, also when it is over; None when it is unknown or never got as far as in."""
    ended = select(Session).where(Session.token_hash == digest(token), Session.step == "in")
    session = (await work.scalars(ended)).first()
    return session.person_id if session is not None and not session.support else None


async def sessions(work: Work, person_id: UUID) -> list[Session]:
    """Where this person is signed in now, the latest first."""
    now, rules = clock.real_now(), stay(await config.get(work, "sessions"))
    statement = select(Session).where(
        Session.person_id == person_id,
        Session.step == "in",
        Session.expires_at > now,
        Session.last_seen > now - rules.idle,
    )
    return list(await work.scalars(statement.order_by(Session.last_seen.desc())))


async def history(work: Work, person_id: UUID, *, before: UUID | None = None, limit: int = 20) -> list[SignIn]:
    """Who came in as this person or tried to, the latest first."""
    statement = select(SignIn).where(SignIn.person_id == person_id)
    if before is not None:
        statement = statement.where(SignIn.id < before)
    return list(await work.scalars(statement.order_by(SignIn.id.desc()).limit(limit)))


async def recovery_codes_left(work: Work, person_id: UUID) -> int:
    """How many of the ten are still good."""
    unused = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return int(await work.scalar(unused) or 0)


async def people_behind(work: Work, session_ids: Collection[UUID]) -> dict[UUID, Person]:
    """Who sits behind these sessions now; what has ended is missing. Open streams ask once a second."""
    settings = await config.everything(work)
    now, rules = clock.real_now(), stay(settings["sessions"])
    statement = _signed_in(now).where(Session.id.in_(session_ids), Session.step == "in")
    rows = await work.execute(statement.where(Session.last_seen > now - rules.idle))
    return {row.Session.id: as_person(row.PersonRow, row.Role, row.Session, settings) for row in rows}


def _signed_in(now: datetime) -> Select[Any]:
    return (
        select(Session, PersonRow, Role)
        .join(PersonRow, PersonRow.id == Session.person_id)
        .join(Role, Role.id == PersonRow.role_id)
        .where(Session.expires_at > now, Session.person_version == PersonRow.version, PersonRow.state == "active")
    )
