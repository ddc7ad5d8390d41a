"""Making, changing and removing people."""

from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role
from app.access.service import links, roles, sessions
from app.access.service.hashing import hash_password
from app.core import clock, events
from app.core.errors import Conflict, NotFound, invalid
from app.core.work import Work
from themes.catalogue import say

MANAGE = "people.manage"


async def create_person(
    work: Work, *, email: str, name: str, role: str, password: str | None = None, party_id: UUID | None = None
) -> PersonRow:
    """Somebody who can sign in (with a password) or has been invited (without). Raises Invalid for a taken
    e-mail.
    """
    email = email.strip().lower()
    if (await work.scalars(select(PersonRow.id).where(PersonRow.email == email))).first():
        raise invalid("email", say("%(email)s has an account here already.", email=email), "duplicate")
    row = await roles.role_named(work, role)
    person = PersonRow(
        id=uuid7(),
        email=email,
        name=name,
        role_id=row.id,
        party_id=party_id,
        created_at=clock.now(),
        state="active" if password else "invited",
        password_hash=hash_password(password) if password else None,
        email_verified_at=clock.now() if password else None,
    )
    work.add(person)
    await work.flush()
    events.record(work, "person.created", "person", person.id, changes={"email": (None, email), "role": (None, role)})
    return person


async def find_person(work: Work, email: str) -> PersonRow | None:
    """By e-mail, whatever their state."""
    return (await work.scalars(select(PersonRow).where(PersonRow.email == email.strip().lower()))).first()


async def locked(work: Work, person_id: UUID) -> tuple[PersonRow, Role]:
    """The person to be changed, if the one who asks may reach them. Raises NotFound."""
    statement = (
        select(PersonRow, Role)
        .join(Role, Role.id == PersonRow.role_id)
        .where(PersonRow.id == person_id, PersonRow.support.is_(False))
        .with_for_update(of=PersonRow)
        .execution_options(populate_existing=True)
    )
    if work.person is not None and work.person.party_id is not None:
        statement = statement.where(PersonRow.party_id == work.person.party_id)
    found = (await work.execute(statement)).first()
    if found is None:
        raise NotFound
    return found.PersonRow, found.Role


async def change_role(work: Work, person_id: UUID, name: str) -> PersonRow:
    """Another role, from the next request on. Raises Invalid, NotFound, Conflict."""
    person, before = await locked(work, person_id)
    after = await roles.role_named(work, name)
    if after.id == before.id:
        return person
    roles.check_may_grant(work, before, audience=before.audience)
    roles.check_may_grant(work, after, audience=before.audience)
    if MANAGE not in after.permissions:
        await _keep_a_manager(work, person, before)
    person.role_id = after.id
    await sessions.bump(work, person)
    events.record(work, "person.role_changed", "person", person.id, changes={"role": (before.name, after.name)})
    return person


async def deactivate(work: Work, person_id: UUID) -> PersonRow:
    """They are out with this transaction: sessions, links and hand-overs end. Raises NotFound, Conflict.

    Other slices hear `person.deactivated` and end what is theirs (keys, shares), or hand it to others.
    """
    person, role = await locked(work, person_id)
    if person.state == "deactivated":
        return person
    if work.person is not None and work.person.id == person.id:
        raise Conflict(say("You can't deactivate yourself. Ask another administrator."))
    roles.check_may_grant(work, role, audience=role.audience, party_id=person.party_id)
    await _keep_a_manager(work, person, role)
    before, person.state, person.deactivated_at = person.state, "deactivated", clock.now()
    await sessions.bump(work, person)
    await links.void(work, person.id)
    events.record(work, "person.deactivated", "person", person.id, changes={"state": (before, "deactivated")})
    return person


async def reactivate(work: Work, person_id: UUID) -> PersonRow:
    """Back in, with the role and password of before; whoever never had one is invited anew. Raises
    NotFound.
    """
    person, role = await locked(work, person_id)
    if person.state != "deactivated":
        return person
    roles.check_may_grant(work, role, audience=role.audience, party_id=person.party_id)
    was_in = person.password_hash is not None or person.email_verified_at is not None
    person.state, person.deactivated_at = "active" if was_in else "invited", None
    await work.flush()
    events.record(work, "person.reactivated", "person", person.id, changes={"state": ("deactivated", person.state)})
    return person


async def set_password(work: Work, person_id: UUID, password: str) -> PersonRow:
    """From the command line: a new password for whatever state they are in, every session and link ended."""
    person, _ = await locked(work, person_id)
    person.password_hash, person.state, person.deactivated_at = hash_password(password), "active", None
    person.email_verified_at = person.email_verified_at or clock.now()
    await sessions.bump(work, person)
    await links.void(work, person.id)
    events.record(work, "person.password_changed", "person", person.id)
    return person


async def _keep_a_manager(work: Work, person: PersonRow, role: Role) -> None:
    """An organisation whose last administrator is gone can never invite another."""
    if person.state != "active" or MANAGE not in role.permissions:
        return
    others = await work.scalar(
        select(func.count())
        .select_from(PersonRow)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            Role.permissions.contains([MANAGE]),
            PersonRow.state == "active",
            PersonRow.id != person.id,
            PersonRow.support.is_(False),
            PersonRow.party_id.is_not_distinct_from(person.party_id),
        )
    )
    if not others:
        raise Conflict(
            say(
                "%(name)s is the last one here who can manage people. Give somebody else that role first.",
                name=person.name,
            )
        )
