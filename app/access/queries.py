"""Reading people and sessions."""

from sqlalchemy import Row, select

from app.access.models import PersonRow, Role, Session
from app.access.service import IDLE
from app.core import clock
from app.core.crypto import digest
from app.core.permissions import Person
from app.core.work import Work
from typing import Any


async def session_of(work: Work, token: str) -> Row[Any] | None:
    """Session, person and role behind a cookie, in one read; None when it is unknown, ended, idle or outdated."""
    now = clock.real_now()
    statement = (
        select(Session, PersonRow, Role)
        .join(PersonRow, PersonRow.id == Session.person_id)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            Session.token_hash == digest(token),
            Session.expires_at > now,
            Session.last_seen > now - IDLE,
            Session.person_version == PersonRow.version,
            PersonRow.state == "active",
        )
    )
    return (await work.execute(statement)).first()


def as_person(person: PersonRow, role: Role, session: Session | None, zone: str, locale: str) -> Person:
    """What handlers see of somebody who is signed in."""
    wishes = person.preferences or {}
    return Person(
        id=person.id, email=person.email, name=person.name, role=role.name, role_label=role.label,
        audience=role.audience, home=role.home, permissions=frozenset(role.permissions), reach=role.reach,  # type: ignore[arg-type]
        party_id=person.party_id, session_id=session.id if session else None, zone=wishes.get("zone", zone),
        locale=wishes.get("locale", locale), mode=wishes.get("mode", "system"), density=wishes.get("density", "cosy"),
    )
