"""What people change about their own account."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.access.models import PersonRow, Session
from app.access.models.policy import CODES, CONFIRMED_FOR
from app.access.service import hashing, links, second_factor, sessions, throttle
from app.access.service.signin import Closed, check_mailed_code, too_many
from app.core import agenda, clock, events
from app.core.work import Work
from themes.catalogue import later, say

WISHES = frozenset({"zone", "locale", "mode", "density", "keys", "notices"})
NOT_YOU = later("That doesn't match. Try again.")


async def rename(work: Work, person_id: UUID, name: str) -> None:
    """The name that colleagues and clients see."""
    person, _ = await second_factor.locked(work, person_id)
    if person.name != name:
        changes = {"name": (person.name, name)}
        person.name = name
        events.record(work, "person.renamed", "person", person.id, changes=changes)


async def set_preferences(work: Work, person_id: UUID, **wishes: Any) -> None:
    """Zone, language, mode, density, keys, and of which notices one hears how. None goes back to the tenant's own."""
    if not wishes.keys() <= WISHES:
        raise TypeError(f"unknown preferences: {sorted(wishes.keys() - WISHES)}")
    person, _ = await second_factor.locked(work, person_id)
    kept = {**person.preferences, **wishes}
    person.preferences = {key: value for key, value in kept.items() if value is not None}


async def change_password(work: Work, person_id: UUID, password: str, *, keep: UUID | None = None) -> PersonRow:
    """The new one counts at once: other sessions end, mailed links open nothing, and the person is told by
    mail.
    """
    person, _ = await second_factor.locked(work, person_id)
    person.password_hash = await hashing.hashed(password)
    await sessions.bump(work, person, keep=keep)
    await links.void(work, person.id)
    events.record(work, "person.password_changed", "person", person.id)
    await agenda.add(work, "access.notice", person.id, "password")
    return person


def recently_confirmed(session: Session, now: datetime | None = None) -> bool:
    """Whether the person proved who they are within the last 15 minutes: credentials change only then."""
    moment = now or clock.real_now()
    return session.confirmed_at is not None and session.confirmed_at > moment - CONFIRMED_FOR


def way_to_confirm(person: PersonRow) -> str:
    """`password`, else `totp`, else `mail`: the strongest thing that this person has to show."""
    if person.password_hash is not None:
        return "password"
    return "totp" if person.totp_confirmed_at is not None else "mail"


async def confirm(work: Work, session: Session, given: str) -> Closed | None:
    """Prove once more who sits here. None when it is so."""
    person, _ = await second_factor.locked(work, session.person_id)
    wait = throttle.wait(await throttle.count(work, throttle.named(work, CODES, person.id, "confirm")))
    if wait is not None:
        return too_many(wait, "given")
    if not await _proves(work, person, session, given):
        return Closed(say(NOT_YOU), field="given")
    await sessions.note_confirmed(work, session.id)
    return None


async def _proves(work: Work, person: PersonRow, session: Session, given: str) -> bool:
    way = way_to_confirm(person)
    if way == "password":
        return await hashing.matches(person.password_hash, given)
    if way == "totp":
        return await second_factor.check(work, person, given) is not None
    return await check_mailed_code(work, person, session.id, given)


async def end_session(work: Work, person_id: UUID, session_id: UUID) -> bool:
    """Sign out one browser. False when it is gone already."""
    ended = await sessions.close_session(work, session_id, person_id)
    if ended:
        events.record(work, "person.sessions_ended", "person", person_id, changes={"sessions": (1, 0)})
    return ended


async def end_other_sessions(work: Work, person_id: UUID, keep: UUID | None) -> int:
    """Sign out every browser but this one. Returns how many there were."""
    ended = await sessions.close_sessions(work, person_id, keep=keep)
    if ended:
        events.record(work, "person.sessions_ended", "person", person_id, changes={"sessions": (ended, 0)})
    return ended
