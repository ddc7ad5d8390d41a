"""Roles that a tenant makes for itself: a copy of one that stands, with other rights. Built-in ones keep
theirs.
"""

import re
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.access.models import PersonRow, Role
from app.access.service.people import MANAGE
from app.access.service.roles import REACHES, check_scope, locked
from app.core import events, permissions
from app.core.errors import Conflict, NotFound, invalid
from app.core.permissions import Reach
from app.core.work import Work
from themes.catalogue import say, say_many


async def create_role(work: Work, *, label: str, like: UUID) -> Role:
    """Starts with the rights, reach and home of `like`. Raises Invalid for a taken label, NotFound."""
    source = await locked(work, like)
    if work.person is not None and source.audience != work.person.audience:
        raise NotFound
    _check_own(work, source.permissions)
    if work.person is not None and REACHES.index(source.reach) > REACHES.index(work.person.reach):  # type: ignore[arg-type]
        raise invalid("like", say("This role sees more than you. Start from another one."))
    await _check_label(work, label)
    role = Role(
        id=uuid7(),
        name=await _free_name(work, label),
        label=label,
        audience=source.audience,
        home=source.home,
        permissions=list(source.permissions),
        reach=source.reach,
        unassigned=source.unassigned,
        require_totp=source.require_totp,
        builtin=False,
    )
    work.add(role)
    await work.flush()
    events.record(work, "role.created", "role", role.id, changes={"label": (None, label), "like": (None, source.name)})
    return role


async def change_rights(
    work: Work, role_id: UUID, *, label: str, reach: Reach, rights: Collection[str], unassigned: bool = True
) -> Role:
    """What people of this role may, from their next request on. Raises Invalid, NotFound, Conflict.

    Rights that the one who asks does not have stay as they are, whether the role holds them or not.
    """
    role = await _custom(work, role_id)
    await _check_label(work, label, but=role.id)
    check_scope(work, role, reach)
    before, mine = set(role.permissions), _own(work)
    after = (before - mine) | (set(rights) & mine)
    if not after:
        raise invalid("rights", say("Choose at least one right."), "missing")
    if MANAGE in before - after:
        await _keep_a_manager(work, role)
    changes = {
        "label": (role.label, label),
        "reach": (role.reach, reach),
        "unassigned": (role.unassigned, unassigned),
        "permissions": (sorted(before - after), sorted(after - before)),
    }
    changed = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changed:
        role.label, role.reach, role.unassigned, role.permissions = label, reach, unassigned, sorted(after)
        events.record(work, "role.changed", "role", role.id, changes=changed)
    return role


async def delete_role(work: Work, role_id: UUID) -> None:
    """Raises Conflict while anybody has it."""
    role = await _custom(work, role_id)
    holders = await work.scalar(select(func.count()).where(PersonRow.role_id == role.id))
    if holders:
        raise Conflict(
            say_many(
                "%(count)s person has the role %(role)s. Give them another one first.",
                "%(count)s people have the role %(role)s. Give them another one first.",
                holders,
                role=role.label,
            )
        )
    events.record(work, "role.deleted", "role", role.id, changes={"label": (role.label, None)})
    await work.delete(role)
    await work.flush()


async def _custom(work: Work, role_id: UUID) -> Role:
    role = await locked(work, role_id)
    if role.builtin or (work.person is not None and role.audience != work.person.audience):
        raise NotFound
    return role


def _own(work: Work) -> set[str]:
    """The rights that this person may hand on."""
    everything = {permission.name for permission in permissions.catalogue()}
    return everything if work.person is None else everything & work.person.permissions


def _check_own(work: Work, rights: Collection[str]) -> None:
    if work.person is not None and not set(rights) <= work.person.permissions:
        raise invalid("like", say("This role may more than you. Start from another one."))


async def _check_label(work: Work, label: str, but: UUID | None = None) -> None:
    same = select(Role.id).where(func.lower(Role.label) == label.lower(), Role.id != but)
    if (await work.scalars(same)).first():
        raise invalid("label", say('There is a role "%(label)s" already.', label=label), "duplicate")


async def _free_name(work: Work, label: str) -> str:
    """A stable name for programs, made of the label."""
    stem = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:40] or "role"
    taken = set(await work.scalars(select(Role.name).where(Role.name.like(f"{stem}%"))))
    return next(name for name in [stem, *(f"{stem}-{n}" for n in range(2, 1_000))] if name not in taken)


async def _keep_a_manager(work: Work, role: Role) -> None:
    others = await work.scalar(
        select(func.count())
        .select_from(PersonRow)
        .join(Role, Role.id == PersonRow.role_id)
        .where(
            Role.permissions.contains([MANAGE]),
            Role.id != role.id,
            PersonRow.state == "active",
            PersonRow.support.is_(False),
            PersonRow.party_id.is_(None),
        )
    )
    if not others:
        raise Conflict(say("Nobody else could manage people then. Give somebody such a role first."))
