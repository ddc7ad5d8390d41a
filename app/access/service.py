"""People and their sessions."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role, Session
from app.core import clock, events
from app.core.crypto import digest, new_token
from app.core.errors import invalid
from app.core.work import Work

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's floor for Argon2id
DECOY = HASHER.hash("nobody has this password")
IDLE = timedelta(hours=8)
ABSOLUTE = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD = 12


async def configure_roles(work: Work, section: list[dict[str, Any]]) -> None:
    """The blueprint's roles. A role that stands already keeps its id and takes the new rights."""
    for role in section:
        found = (await work.scalars(select(Role).where(Role.name == role["name"]))).first()
        row = found or Role(id=uuid7(), name=role["name"])
        row.label, row.audience, row.home = role["label"], role["audience"], role["home"]
        row.permissions, row.reach = role.get("permissions", []), role.get("reach", "own")
        row.require_totp, row.builtin = role.get("require_totp", False), True
        work.add(row)
    await work.flush()


async def create_person(
    work: Work, *, email: str, name: str, role: str, password: str | None = None, party_id: UUID | None = None
) -> PersonRow:
    """Somebody who can sign in (with a password) or has been invited (without). Raises Invalid for a taken e-mail."""
    email = email.strip().lower()
    if (await work.scalars(select(PersonRow.id).where(PersonRow.email == email))).first():
        raise invalid("email", f"{email} has an account here already.")
    role_id = (await work.scalars(select(Role.id).where(Role.name == role))).first()
    if role_id is None:
        raise invalid("role", f'There is no role "{role}".')
    person = PersonRow(
        id=uuid7(), email=email, name=name, role_id=role_id, party_id=party_id, created_at=clock.now(),
        state="active" if password else "invited", password_hash=HASHER.hash(password) if password else None,
        email_verified_at=clock.now() if password else None,
    )
    work.add(person)
    await work.flush()
    events.record(work, "person.created", "person", person.id, changes={"role": (None, role)})
    return person


def password_matches(stored: str | None, given: str) -> bool:
    """Takes as long for somebody who does not exist as for a wrong password."""
    try:
        return HASHER.verify(stored or DECOY, given) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


async def open_session(work: Work, person: PersonRow, *, step: str, address: str, agent: str) -> str:
    """A new session with an id of its own; the token is returned once and stored hashed."""
    token, now = new_token(), clock.real_now()
    work.add(
        Session(
            id=uuid7(), token_hash=digest(token), person_id=person.id, person_version=person.version, step=step,
            address=address[:64], agent=agent[:200], created_at=now, last_seen=now, expires_at=now + ABSOLUTE,
            confirmed_at=now,
        )
    )
    await work.flush()
    return token


async def close_sessions(work: Work, person_id: UUID, *, keep: UUID | None = None) -> None:
    """End a person's sessions, but for the one to keep."""
    await work.execute(
        update(Session).where(Session.person_id == person_id, Session.id != keep).values(expires_at=clock.real_now())
    )


async def touch(work: Work, session_id: UUID) -> None:
    """Note that the session is in use, at most once a minute."""
    now = clock.real_now()
    await work.execute(
        update(Session).where(Session.id == session_id, Session.last_seen < now - SEEN_EVERY).values(last_seen=now)
    )
