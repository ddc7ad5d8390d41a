"""Making, changing and deleting a tenant's own roles."""

from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.access import forms, queries
from app.access.pages.roles import MANAGE, by_group, in_words, scopes
from app.access.queries.people import RoleLine
from app.access.service import custom_roles, roles
from app.core import permissions
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.permissions import Permission, Reach
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say
from themes.terms import worded

TITLE = later("New role")
MOST_NAMES = 12


class NewRolePage(msgspec.Struct, frozen=True):
    """A label, and the role to start from."""

    roles: list[RoleLine]
    label: str = ""
    like: str = ""
    errors: list[FieldError] = []


class Effect(msgspec.Struct, frozen=True):
    """What saving would do: rights by their labels, and whose records people would see before and after."""

    gained: list[str]
    lost: list[str]
    saw: str
    sees: str


class RolePage(msgspec.Struct, frozen=True):
    """One role: who has it, whose records they see, and its rights by heading. `groups` holds those that the asker may
    hand on; a built-in role shows its own, not to be changed. `effect` is there once something was chosen.
    """

    role: RoleLine
    label: str
    reach: str
    unassigned: bool
    reaches: list[tuple[str, str, str]]
    rights: list[str]
    groups: list[tuple[str, list[Permission]]]
    holders: list[tuple[UUID, str]]
    more: int
    effect: Effect | None = None
    errors: list[FieldError] = []


@get("/admin/roles/new", opt=MANAGE)
async def show_new_role(request: HttpRequest, work: WorkDep) -> Response[Any]:
    sources = await _sources(work)
    asked = request.query_params.get("like", "")
    like = asked if asked in {str(one.id) for one in sources} else str(sources[-1].id) if sources else ""
    context = NewRolePage(sources, like=like)  # unasked the one with the fewest rights
    return await page(request, work, "access/role_new.html", context, title=say(TITLE))


@post("/admin/roles/new", opt=MANAGE)
async def create_role(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    context = NewRolePage(await _sources(work), forms.text(fields, "label"), forms.text(fields, "like"))
    try:
        label, like = forms.person_name(fields, "label"), forms.identifier(fields, "like")
        role = await custom_roles.create_role(work, label=label, like=like)
    except Invalid as problem:
        return await refused(request, work, "access/role_new.html", context, problem, title=say(TITLE))
    return redirect(
        request, f"/admin/roles/{role.id}", Toast(say("%(role)s is there. Choose what it may.", role=role.label))
    )


async def _sources(work: Work) -> list[RoleLine]:
    """Roles that may no more and see no more than the asker."""
    mine = work.person
    lines = [one for one in await queries.roles(work, mine) if one.audience == mine.audience]
    return [one for one in lines if one.permissions <= mine.permissions and _within(one.reach, mine.reach)]


def _within(reach: str, mine: str) -> bool:
    order = [str(one) for one in roles.REACHES]
    return order.index(reach) <= order.index(mine)


@get("/admin/roles/{role_id:uuid}", opt=MANAGE)
async def show_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    context = await _role(work, role_id)
    return await page(request, work, "access/role.html", context, title=context.label)


@post("/admin/roles/{role_id:uuid}/effect", opt=MANAGE)
async def show_effect(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    """What saving would change for whom; nothing is written."""
    fields, context = await form(request), await _role(work, role_id)
    context = _typed(context, fields)
    return await page(
        request, work, "access/role.html", context, title=context.role.label, fragment="access/_role_effect.html"
    )


@post("/admin/roles/{role_id:uuid}", opt=MANAGE)
async def change_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    fields, context = await form(request), await _role(work, role_id, own=True)
    typed = _typed(context, fields)
    try:
        label, reach = forms.person_name(fields, "label"), _reach(typed.reach)
        role = await custom_roles.change_rights(
            work, role_id, label=label, reach=reach, rights=typed.rights, unassigned=typed.unassigned
        )
    except Invalid as problem:
        return await refused(request, work, "access/role.html", typed, problem, title=context.role.label)
    return redirect(
        request, "/admin/roles", Toast(say("%(role)s saved. It counts from the next click on.", role=role.label))
    )


@post("/admin/roles/{role_id:uuid}/scope", opt=MANAGE)
async def change_scope(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    """Whose records people of a built-in role see; its rights stay."""
    fields, context = await form(request), await _role(work, role_id)
    typed = _typed(context, fields)
    try:
        role = await roles.set_scope(work, role_id, reach=_reach(typed.reach), unassigned=typed.unassigned)
    except Invalid as problem:
        return await refused(request, work, "access/role.html", typed, problem, title=context.role.label)
    return redirect(
        request, "/admin/roles", Toast(say("%(role)s saved. It counts from the next click on.", role=role.label))
    )


@post("/admin/roles/{role_id:uuid}/delete", opt=MANAGE)
async def delete_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    await custom_roles.delete_role(work, role_id)
    return redirect(request, "/admin/roles", Toast(say("The role is deleted.")))


def _reach(text: str) -> Reach:
    if text not in roles.REACHES:
        raise Invalid([FieldError("reach", "not_allowed", "Choose one of the list.")])
    return cast(Reach, text)


async def _role(work: Work, role_id: UUID, *, own: bool = False) -> RolePage:
    """`own`: only one that the tenant made."""
    lines = await queries.roles(work, work.person)
    found = next((one for one in lines if one.id == role_id and not (own and one.builtin)), None)
    if found is None or work.person.party_id is not None or found.audience != work.person.audience:
        raise NotFound
    catalogue, mine = permissions.catalogue(), found.permissions if found.builtin else work.person.permissions
    holders = await queries.holders(work, work.person, role_id)
    return RolePage(
        role=found,
        label=found.label,
        reach=found.reach,
        unassigned=found.unassigned,
        reaches=[one for one in scopes() if _within(one[0], work.person.reach) or one[0] == found.reach],
        rights=sorted(found.permissions),
        groups=by_group([one for one in catalogue if one.name in mine]),
        holders=holders[:MOST_NAMES],
        more=max(0, found.people - MOST_NAMES),
    )


def _typed(context: RolePage, fields: dict[str, Any]) -> RolePage:
    """What stands in the form, and what it would change."""
    rights = list(context.role.permissions) if context.role.builtin else forms.several(fields, "rights")
    reach, unassigned = forms.text(fields, "reach"), bool(forms.text(fields, "unassigned"))
    handed = {one.name: worded(one.label) for _, group in context.groups for one in group}
    before = context.role.permissions
    effect = Effect(
        gained=[label for name, label in handed.items() if name in rights and name not in before],
        lost=[label for name, label in handed.items() if name not in rights and name in before],
        saw=in_words(context.role.reach, context.role.unassigned),
        sees=in_words(reach, unassigned),
    )
    label = forms.text(fields, "label") or context.label
    return msgspec.structs.replace(
        context, label=label, reach=reach, unassigned=unassigned, rights=rights, effect=effect
    )


HANDLERS: list[Any] = [show_new_role, create_role, show_role, show_effect, change_role, change_scope, delete_role]
