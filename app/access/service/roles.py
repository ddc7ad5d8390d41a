"""Roles: what a blueprint gives, and what an administrator may change about them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.access.models import Role
from app.core import events
from app.core.errors import NotFound, invalid
from app.core.permissions import Reach
from app.core.work import Work
from themes.catalogue import say

OUTSIDE = ("publisher", "client")
REACHES: tuple[Reach, ...] = ("own", "team", "all")  # from the least to the most


async def configure_roles(work: Work, section: list[dict[str, Any]]) -> None:
    """The blueprint's roles. A role that stands already takes the new rights; what the tenant decided
    stays.
    """
    standing = {role.name: role for role in await work.scalars(select(Role))}
    for given in section:
        row = standing.get(given["name"])
        if row is None:
            row = Role(id=uuid7(), name=given["name"], require_totp=given.get("require_totp", False), builtin=True)
            work.add(row)
            row.reach, row.unassigned = given.get("reach", "own"), given.get("unassigned", True)
        row.label, row.audience, row.home = given["label"], given["audience"], given["home"]
        row.permissions = given.get("permissions", [])
    await work.flush()


async def configure_role_labels(work: Work, section: dict[str, str]) -> None:
    """The tenant's own words for roles that stand: `{"agent": "Debt advisor"}`."""
    for role in await work.scalars(select(Role).where(Role.name.in_(section))):
        role.label = section[role.name]
    await work.flush()


async def role_named(work: Work, name: str) -> Role:
    """Raises Invalid for a role that is not there."""
    role = (await work.scalars(select(Role).where(Role.name == name))).first()
    if role is None:
        raise invalid("role", say('There is no role "%(name)s".', name=name))
    return role


def check_may_grant(work: Work, role: Role, *, audience: str | None = None, party_id: UUID | None = None) -> None:
    """Nobody gives somebody else more than they have, nor takes from somebody who has more. Raises Invalid.

    Roles of publishers and clients hold rights of another surface, which no staff role has. With `party_id` it is about
    somebody of that party, who sees its part alone: whoever stands for no party may give and take that.
    """
    person = work.person
    if person is None:
        return
    fits = role.audience == (audience or person.audience)
    below = role.audience in OUTSIDE or (party_id is not None and person.party_id is None)
    within = below or set(role.permissions) <= person.permissions
    if not fits or not within:
        raise invalid("role", say('You can\'t give the role "%(role)s".', role=role.label))


async def locked(work: Work, role_id: UUID) -> Role:
    """The role to be changed. Raises NotFound.

    Roles of a tenant are shared by all its parties, so only somebody who stands for no party decides.
    """
    if work.person is not None and work.person.party_id is not None:
        raise NotFound
    statement = select(Role).where(Role.id == role_id).with_for_update()
    role = (await work.scalars(statement.execution_options(populate_existing=True))).first()
    if role is None:
        raise NotFound
    return role


async def set_scope(work: Work, role_id: UUID, *, reach: Reach, unassigned: bool) -> Role:
    """Whose records people of a staff role see from their next request on, built-in or not. Raises NotFound, Invalid."""
    role = await locked(work, role_id)
    if work.person is not None and role.audience != work.person.audience:
        raise NotFound
    check_scope(work, role, reach)
    changes = {"reach": (role.reach, reach), "unassigned": (role.unassigned, unassigned)}
    changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changed:
        role.reach, role.unassigned = reach, unassigned
        events.record(work, "role.changed", "role", role.id, changes=changed)
    return role


def check_scope(work: Work, role: Role, reach: Reach) -> None:
    """Nobody lets others see more than they see themselves. Raises Invalid."""
    if work.person is not None and REACHES.index(reach) > REACHES.index(work.person.reach) and reach != role.reach:
        raise invalid("reach", say("You can't let others see more than you see yourself."))


async def require_second_factor(work: Work, role_id: UUID, wanted: bool) -> Role:
    """Whether people of this role must use a second factor from their next sign-in on. Raises NotFound."""
    role = await locked(work, role_id)
    if role.require_totp != wanted:
        changes = {"require_totp": (role.require_totp, wanted)}
        role.require_totp = wanted
        events.record(work, "role.changed", "role", role.id, changes=changes)
    return role
