"""Asking people in, and their arrival."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.access.service import links, people, roles
from app.access.service.hashing import hashed
from app.access.service.signin import Door, Opened, come_in
from app.core import clock, events
from app.core.errors import Conflict, FieldError, Invalid, NotFound
from app.core.work import Actor, Work
from themes.catalogue import say


class Invited(NamedTuple):
    """`link` is the text after `/invitation/`, for a button that copies it."""

    person: PersonRow
    link: str


async def invite(
    work: Work, *, email: str, name: str, role: str, party_id: UUID | None = None, mail: bool = True
) -> Invited:
    """A person who may come in once they have opened the link in their mailbox. Raises Invalid.

    Somebody who stands for a party invites for that party alone. With `mail=False` the caller hands the link
    over.
    """
    if work.person is not None:
        row = await roles.role_named(work, role)
        roles.check_may_grant(work, row, audience=row.audience if party_id else None, party_id=party_id)
        party_id = work.person.party_id or party_id
    person = await people.create_person(work, email=email, name=name or email, role=role, party_id=party_id)
    events.record(work, "person.invited", "person", person.id, changes={"role": (None, role)})
    return await _issue(work, person, mail)


async def invite_many(work: Work, lines: Sequence[tuple[int, str, str]], role: str) -> int:
    """All of them or, with a fault in any line, none. `lines` are (number, e-mail, name). Raises Invalid."""
    emails = [email for _, email, _ in lines]
    taken = set(await work.scalars(select(PersonRow.email).where(PersonRow.email.in_(emails))))
    faults = []
    for place, (number, email, _) in enumerate(lines):
        if email in taken:
            faults.append(_fault(number, say("%(email)s has an account here already.", email=email)))
        elif email in emails[:place]:
            faults.append(_fault(number, say("%(email)s stands in an earlier line too.", email=email)))
    if faults:
        raise Invalid(faults[:10])
    for _, email, name in lines:
        await invite(work, email=email, name=name, role=role)
    return len(lines)


def _fault(number: int, sentence: str) -> FieldError:
    return FieldError("lines", "duplicate", say("Line %(number)s: %(sentence)s", number=number, sentence=sentence))


async def resend(work: Work, person_id: UUID, *, mail: bool = True) -> Invited:
    """A fresh link; the one before opens nothing any more. Raises NotFound, Conflict when they are in
    already.
    """
    person, _ = await people.locked(work, person_id)
    if person.state != "invited":
        raise Conflict(say("%(name)s has an account already.", name=person.name))
    await links.void(work, person.id, "invitation")
    events.record(work, "person.invited", "person", person.id)
    return await _issue(work, person, mail)


async def _issue(work: Work, person: PersonRow, mail: bool) -> Invited:
    token = await links.issue(work, "invitation", person_id=person.id, by=work.actor.name)
    if mail:
        await links.send(work, token)
    return Invited(person, links.link_text(work, token))


async def revoke(work: Work, person_id: UUID) -> None:
    """The invitation opens nothing any more and the person is gone from the list. Raises NotFound,
    Conflict.
    """
    person, _ = await people.locked(work, person_id)
    if person.state != "invited":
        raise Conflict(say("%(name)s has an account already. Deactivate it instead.", name=person.name))
    await links.void(work, person.id)
    events.record(work, "person.invitation_revoked", "person", person.id, changes={"email": (person.email, None)})
    await work.flush()
    await work.delete(person)
    await work.flush()


async def invited(work: Work, text: str, *, lock: bool = False) -> tuple[PersonRow, Role]:
    """Whom this link invites. Raises Gone."""
    _, person, role = await links.opened(work, text, "invitation", lock=lock)
    if person.state != "invited":
        raise NotFound
    return person, role


async def accept(work: Work, text: str, *, name: str, password: str | None, door: Door) -> Opened:
    """They are in, or at the second factor where their role demands one. Raises Gone.

    The link came through the mailbox, so the e-mail counts as proven. Clients may arrive without a password
    and come back by mailed link.
    """
    person, role = await invited(work, text, lock=True)
    person.name = name or person.name
    person.password_hash = await hashed(password) if password else None
    person.state, person.email_verified_at = "active", clock.now()
    await links.void(work, person.id)
    work.actor = Actor("person", person.id, person.name)
    events.record(work, "person.joined", "person", person.id, changes={"state": ("invited", "active")})
    return await come_in(work, person, role, door, "invitation")
