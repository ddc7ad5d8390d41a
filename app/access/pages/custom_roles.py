"""Making, changing and deleting a tenant's own roles."""

from typing import Any, cast
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.access import forms, queries
from app.access.pages.roles import MANAGE, by_group
from app.access.queries.people import RoleLine
from app.access.service import custom_roles
from app.core import permissions
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.permissions import Permission, Reach
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work

REACHES = {"own": "Their own records", "team": "Their team's records", "all": "All records"}
TITLE = "New role"


class NewRolePage(msgspec.Struct, frozen=True):
    """A label, and the role to start from."""

    roles: list[RoleLine]
    label: str = ""
    like: str = ""
    errors: list[FieldError] = []


class RolePage(msgspec.Struct, frozen=True):
    """One custom role with the rights that the asker may hand on, by heading."""

    role: RoleLine
    label: str
    reach: str
    reaches: dict[str, str]
    rights: list[str]
    groups: list[tuple[str, list[Permission]]]
    errors: list[FieldError] = []


@get("/admin/roles/new", opt=MANAGE)
async def show_new_role(request: HttpRequest, work: WorkDep) -> Response[Any]:
    sources = await _sources(work)
    context = NewRolePage(sources, like=str(sources[-1].id) if sources else "")  # the fewest rights
    return await page(request, work, "access/role_new.html", context, title=TITLE)


@post("/admin/roles/new", opt=MANAGE)
async def create_role(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    context = NewRolePage(await _sources(work), forms.text(fields, "label"), forms.text(fields, "like"))
    try:
        label, like = forms.person_name(fields, "label"), forms.identifier(fields, "like")
        role = await custom_roles.create_role(work, label=label, like=like)
    except Invalid as problem:
        return await refused(request, work, "access/role_new.html", context, problem, title=TITLE)
    return redirect(request, f"/admin/roles/{role.id}", Toast(f"{role.label} is there. Choose what it may."))


async def _sources(work: Work) -> list[RoleLine]:
    lines = await queries.roles(work, work.person)
    mine = work.person
    return [one for one in lines if one.audience == mine.audience and one.permissions <= mine.permissions]


@get("/admin/roles/{role_id:uuid}", opt=MANAGE)
async def show_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    context = await _role(work, role_id)
    return await page(request, work, "access/role.html", context, title=context.label)


@post("/admin/roles/{role_id:uuid}", opt=MANAGE)
async def change_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    fields, context = await form(request), await _role(work, role_id)
    rights, reach = forms.several(fields, "rights"), forms.text(fields, "reach")
    try:
        label = forms.person_name(fields, "label")
        if reach not in REACHES:
            raise Invalid([FieldError("reach", "not_allowed", "Choose one of the list.")])
        role = await custom_roles.change_rights(work, role_id, label=label, reach=cast(Reach, reach), rights=rights)
    except Invalid as problem:
        context = msgspec.structs.replace(context, label=forms.text(fields, "label"), reach=reach, rights=rights)
        return await refused(request, work, "access/role.html", context, problem, title=context.role.label)
    return redirect(request, "/admin/roles", Toast(f"{role.label} saved. It counts from the next click on."))


@post("/admin/roles/{role_id:uuid}/delete", opt=MANAGE)
async def delete_role(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    await custom_roles.delete_role(work, role_id)
    return redirect(request, "/admin/roles", Toast("The role is deleted."))


async def _role(work: Work, role_id: UUID) -> RolePage:
    lines = await queries.roles(work, work.person)
    found = next((one for one in lines if one.id == role_id and not one.builtin), None)
    if found is None or work.person.party_id is not None or found.audience != work.person.audience:
        raise NotFound
    mine = [one for one in permissions.catalogue() if one.name in work.person.permissions]
    return RolePage(found, found.label, found.reach, REACHES, sorted(found.permissions), by_group(mine))


HANDLERS: list[Any] = [show_new_role, create_role, show_role, change_role, delete_role]
