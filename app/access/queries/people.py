"""People and roles as they are listed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.access.models import PersonRow, Role, Session, SignIn
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work

FACTORS = ("owed", "off")


class PersonLine(msgspec.Struct, frozen=True):
    """One line of the list of people."""

    id: UUID
    name: str
    email: str
    state: str
    role: str
    role_label: str
    second_factor: bool
    second_factor_needed: bool
    last_in: Any


class RoleLine(msgspec.Struct, frozen=True):
    """One role with how many active people have it, and how many of those use a second factor."""

    id: UUID
    name: str
    label: str
    audience: str
    reach: str
    unassigned: bool
    require_totp: bool
    builtin: bool
    permissions: frozenset[str]
    people: int
    with_totp: int


def reachable(statement: Select[Any], person: Person) -> Select[Any]:
    """Whoever stands for a party sees that party's people alone; nobody sees the stand-ins of support."""
    statement = statement.where(PersonRow.support.is_(False))
    return statement if person.party_id is None else statement.where(PersonRow.party_id == person.party_id)


async def people(
    work: Work,
    person: Person,
    *,
    audience: str,
    text: str = "",
    state: str = "",
    factor: str = "",
    after: str = "",
    limit: int = 50,
) -> list[PersonLine]:
    """By name, one page after the given name and id (`name|id`); one more than the limit tells that there are
    others. `factor`: who is in without a second one, `owed` where their role demands it, `off` where it does not.
    """
    statement = reachable(_lines(), person).where(Role.audience == audience, *_asked(text, state, factor))
    if "|" in after:
        name, _, id_ = after.rpartition("|")
        statement = statement.where(func.row(func.lower(PersonRow.name), PersonRow.id) > func.row(name, _uuid(id_)))
    rows = await work.execute(statement.order_by(func.lower(PersonRow.name), PersonRow.id).limit(limit + 1))
    return [msgspec.convert(dict(row), PersonLine) for row in rows.mappings()]


def _lines() -> Select[Any]:
    """Everybody with what a `PersonLine` shows."""
    last_in = select(func.max(SignIn.at)).where(SignIn.person_id == PersonRow.id, SignIn.outcome == "entered")
    columns = (
        PersonRow.id,
        PersonRow.name,
        PersonRow.email,
        PersonRow.state,
        Role.name.label("role"),
        Role.label.label("role_label"),
        PersonRow.totp_confirmed_at.is_not(None).label("second_factor"),
        Role.require_totp.label("second_factor_needed"),
        last_in.scalar_subquery().label("last_in"),
    )
    return select(*columns).join(Role, Role.id == PersonRow.role_id)


def _asked(text: str, state: str, factor: str) -> Iterator[ColumnElement[bool]]:
    """What the asker narrows the list to; whoever was deactivated shows only when asked for."""
    yield PersonRow.state == state if state else PersonRow.state != "deactivated"
    if text:
        pattern = f"%{_escaped(text.lower())}%"
        yield or_(func.lower(PersonRow.name).like(pattern), PersonRow.email.like(pattern))
    if factor in FACTORS:
        yield PersonRow.state == "active"
        yield PersonRow.totp_confirmed_at.is_(None)
        yield Role.require_totp.is_(factor == "owed")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


async def person_of(work: Work, person: Person, person_id: UUID) -> Row[Any]:
    """One reachable person with their role. Raises NotFound."""
    statement = reachable(select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id), person)
    found = (await work.execute(statement.where(PersonRow.id == person_id))).first()
    if found is None:
        raise NotFound
    return found


async def active_people(work: Work, person: Person) -> list[PersonRow]:
    """Staff who can sign in now, by name: whom something may be assigned to."""
    statement = reachable(select(PersonRow).join(Role, Role.id == PersonRow.role_id), person)
    statement = statement.where(PersonRow.state == "active", Role.audience == person.audience)
    return list(await work.scalars(statement.order_by(func.lower(PersonRow.name))))


async def role_of(work: Work, role_id: UUID) -> Role | None:
    return await work.get(Role, role_id)


async def roles(work: Work, person: Person) -> list[RoleLine]:
    """Every role, the ones of the asker's own surface first, with counts of the people within reach."""
    mine = reachable(
        select(
            PersonRow.role_id,
            func.count().label("people"),
            func.count(PersonRow.totp_confirmed_at).label("with_totp"),
        )
        .where(PersonRow.state == "active")
        .group_by(PersonRow.role_id),
        person,
    ).subquery()
    statement = (
        select(
            Role.id,
            Role.name,
            Role.label,
            Role.audience,
            Role.reach,
            Role.unassigned,
            Role.require_totp,
            Role.builtin,
            Role.permissions,
            func.coalesce(mine.c.people, 0).label("people"),
            func.coalesce(mine.c.with_totp, 0).label("with_totp"),
        )
        .outerjoin(mine, mine.c.role_id == Role.id)
        .order_by((Role.audience == person.audience).desc(), func.cardinality(Role.permissions).desc(), Role.name)
    )
    return [msgspec.convert(dict(row), RoleLine) for row in (await work.execute(statement)).mappings()]


async def holders(work: Work, person: Person, role_id: UUID) -> list[tuple[UUID, str]]:
    """Active people with this role, by name, as far as the asker reaches."""
    statement = reachable(select(PersonRow.id, PersonRow.name), person)
    statement = statement.where(PersonRow.role_id == role_id, PersonRow.state == "active")
    rows = await work.execute(statement.order_by(func.lower(PersonRow.name)).limit(50))
    return [(row.id, row.name) for row in rows]


def as_person(row: PersonRow, role: Role, session: Session | None, settings: dict[str, Any]) -> Person:
    """What handlers see of somebody who is signed in; wishes of their own win over the tenant's settings."""
    wishes = row.preferences or {}
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=role.name,
        role_label=role.label,
        audience=role.audience,
        home=role.home,
        permissions=frozenset(role.permissions),
        reach=role.reach,  # type: ignore[arg-type]
        unassigned=role.unassigned,
        party_id=row.party_id,
        session_id=session.id if session else None,
        zone=wishes.get("zone", settings["zone"]),
        locale=wishes.get("locale", settings["locale"]),
        mode=wishes.get("mode", "system"),
        density=wishes.get("density", "cosy"),
        keys=wishes.get("keys", True),
        support=bool(session and session.support),
    )
