"""Asking people in: one, several, again, and taking it back."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.access import forms, queries
from app.access.queries.people import RoleLine
from app.access.service import invitations
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import later, say, say_many

MANAGE: dict[str, Any] = {"permission": "people.manage", "support": False}
SEVERAL = later("Invite several")
OF_PARTIES = ("reseller", "reseller_staff")  # whoever stands for no party asks them in from the party's own page


class InvitePage(msgspec.Struct, frozen=True):
    """The form for one invitation; `roles` are those that the asker may give."""

    roles: list[RoleLine]
    email: str = ""
    name: str = ""
    role: str = ""
    errors: list[FieldError] = []


class InviteSeveralPage(msgspec.Struct, frozen=True):
    """One e-mail and name a line, all with the same role."""

    roles: list[RoleLine]
    lines: str = ""
    role: str = ""
    errors: list[FieldError] = []


@get("/admin/people/invite", opt=MANAGE)
async def show_invite(request: HttpRequest, work: WorkDep) -> Response[Any]:
    roles = await roles_to_give(work)
    context = InvitePage(roles, role=roles[-1].name if roles else "")  # the one with the fewest rights
    return await page(request, work, "access/invite.html", context, title=say("Invite somebody"))


@post("/admin/people/invite", opt=MANAGE)
async def invite(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    try:
        email, name = forms.email(fields), " ".join(forms.text(fields, "name").split())[: forms.LONGEST_NAME]
        invited = await invitations.invite(work, email=email, name=name, role=forms.text(fields, "role"))
    except Invalid as problem:
        typed = {name: forms.text(fields, name) for name in ("email", "name", "role")}
        context = InvitePage(await roles_to_give(work), **typed)
        return await refused(request, work, "access/invite.html", context, problem, title=say("Invite somebody"))
    return redirect(
        request,
        f"/admin/people/{invited.person.id}",
        Toast(say("The invitation to %(email)s is on its way.", email=email)),
    )


@get("/admin/people/invite-several", opt=MANAGE)
async def show_invite_several(request: HttpRequest, work: WorkDep) -> Response[Any]:
    roles = await roles_to_give(work)
    context = InviteSeveralPage(roles, role=roles[-1].name if roles else "")
    return await page(request, work, "access/invite_several.html", context, title=say(SEVERAL))


@post("/admin/people/invite-several", opt=MANAGE)
async def invite_several(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Pasted or as a file; with a fault in any line nobody is invited and everything stays to be mended."""
    fields = await form(request)
    typed, role = forms.text(fields, "lines"), forms.text(fields, "role")
    try:
        typed = await forms.file_text(fields.get("file")) or typed
        lines = [(line.number, line.email, line.name) for line in forms.invitations(typed)]
        sent = await invitations.invite_many(work, lines, role)
    except Invalid as problem:
        context = InviteSeveralPage(await roles_to_give(work), typed, role)
        return await refused(request, work, "access/invite_several.html", context, problem, title=say(SEVERAL))
    return redirect(
        request,
        "/admin/people?state=invited",
        Toast(say_many("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", sent)),
    )


async def roles_to_give(work: Work) -> list[RoleLine]:
    roles = await queries.roles(work, work.person)
    return [
        role
        for role in roles
        if role.audience == work.person.audience
        and role.permissions <= work.person.permissions
        and (work.person.party_id is not None or role.name not in OF_PARTIES)
    ]


@post("/admin/people/{person_id:uuid}/invitation", opt=MANAGE)
async def resend(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    invited = await invitations.resend(work, person_id)
    return redirect(
        request,
        f"/admin/people/{person_id}",
        Toast(say("A new invitation to %(email)s is on its way.", email=invited.person.email)),
    )


@post("/admin/people/{person_id:uuid}/invitation/revoke", opt=MANAGE)
async def revoke(request: HttpRequest, work: WorkDep, person_id: FromPath[UUID]) -> Response[Any]:
    await invitations.revoke(work, person_id)
    return redirect(request, "/admin/people", Toast(say("The invitation opens nothing any more.")))


HANDLERS: list[Any] = [show_invite, invite, show_invite_several, invite_several, resend, revoke]
