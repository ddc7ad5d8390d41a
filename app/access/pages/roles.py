"""`/admin/roles`: what each role may, who must use a second factor, how long sessions live, whether support
may come in.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.access import forms, queries
from app.access.models.policy import stay
from app.access.queries.people import RoleLine
from app.access.service import roles, rules
from app.core import config, permissions
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Toast, form, page, redirect, refused
from app.core.permissions import Permission
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say
from themes.terms import worded

VIEW: dict[str, Any] = {"permission": "people.view"}
MANAGE: dict[str, Any] = {"permission": "people.manage", "support": False}
TITLE = later("Roles and sign-in")


class RolesPage(msgspec.Struct, frozen=True):
    """`groups` are the permissions by heading; a role holds those whose name is in its `permissions`."""

    roles: list[RoleLine]
    groups: list[tuple[str, list[Permission]]]
    scopes: dict[UUID, str]
    idle_minutes: int
    absolute_hours: int
    support_access: bool
    may_manage: bool
    errors: list[FieldError] = []


@get("/admin/roles", opt=VIEW)
async def show_roles(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "access/roles.html", await _roles(work), title=say(TITLE))


@post("/admin/roles/{role_id:uuid}/second-factor", opt=MANAGE)
async def require_second_factor(request: HttpRequest, work: WorkDep, role_id: FromPath[UUID]) -> Response[Any]:
    wanted = bool(forms.text(await form(request), "required"))
    role = await roles.require_second_factor(work, role_id, wanted)
    if wanted:
        said = say("%(role)s: a second factor is needed from the next sign-in on.", role=role.label)
    else:
        said = say("%(role)s: a second factor is no longer needed.", role=role.label)
    return redirect(request, "/admin/roles", Toast(said))


@post("/admin/roles/sessions", opt=MANAGE)
async def set_session_rules(request: HttpRequest, work: WorkDep) -> Response[Any]:
    _for_everybody(work)
    try:
        idle, absolute = forms.session_rules(await form(request))
    except Invalid as problem:
        return await refused(request, work, "access/roles.html", await _roles(work), problem, title=say(TITLE))
    await rules.set_session_rules(work, idle_minutes=idle, absolute_hours=absolute)
    return redirect(request, "/admin/roles", Toast(say("Sign-in rules saved.")))


@post("/admin/roles/support", opt=MANAGE)
async def allow_support(request: HttpRequest, work: WorkDep) -> Response[Any]:
    _for_everybody(work)
    allowed = bool(forms.text(await form(request), "allowed"))
    await rules.allow_support(work, allowed)
    return redirect(
        request, "/admin/roles", Toast(say("Support may come in.") if allowed else say("Support stays out."))
    )


def _for_everybody(work: Work) -> None:
    """Rules hold for all parties of a tenant, so nobody who stands for one of them sets any."""
    if work.person.party_id is not None:
        raise NotFound


def by_group(some: list[Permission]) -> list[tuple[str, list[Permission]]]:
    """Under their headings, in the order of declaration."""
    order = list(dict.fromkeys(permission.group for permission in some))
    return [(group, [one for one in some if one.group == group]) for group in order]


def scopes() -> list[tuple[str, str, str]]:
    """Whose records a role sees, as one chooses it: value, words, what that comes to."""
    return [
        (
            "own",
            say("Their own records"),
            worded("What is assigned to them: %(leads)s, tasks, messages, calls, programs."),
        ),
        (
            "team",
            say("Their team’s records"),
            say("What is assigned to anybody of their team. Teams are set on the page Team."),
        ),
        ("all", say("All records"), say("Everybody’s, and what nobody has.")),
    ]


def in_words(reach: str, unassigned: bool) -> str:
    """ "Their team’s records and those that nobody has"."""
    words = {value: label for value, label, _ in scopes()}.get(reach, "")
    return say("%(whose)s and those that nobody has", whose=words) if unassigned and reach != "all" else words


async def _roles(work: Work) -> RolesPage:
    lines = await queries.roles(work, work.person)
    if work.person.audience == "console":
        lines = [role for role in lines if work.person.party_id is None or role.name == work.person.role]
    held = frozenset().union(*(role.permissions for role in lines))
    known = [permission for permission in permissions.catalogue() if permission.name in held]
    rests = stay(await config.get(work, "sessions"))
    return RolesPage(
        roles=lines,
        groups=by_group(known),
        scopes={role.id: in_words(role.reach, role.unassigned) for role in lines if role.audience == "staff"},
        idle_minutes=int(rests.idle.total_seconds() // 60),
        absolute_hours=int(rests.absolute.total_seconds() // 3600),
        support_access=await config.get(work, "support_access"),
        may_manage=work.person.may("people.manage") and work.person.party_id is None,
    )


HANDLERS: list[Any] = [show_roles, require_second_factor, set_session_rules, allow_support]
