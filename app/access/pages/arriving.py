"""Two doors that open once: an invitation, and the hand-over of somebody from support."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from app.access import forms
from app.access.models import PersonRow, Role
from app.access.pages.session import door, visitor_page
from app.access.pages.steps import OPEN, arrived, in_already, raw
from app.access.service import handoff, invitations
from app.core.errors import FieldError, Gone, Invalid
from app.core.pages import form, safe_next
from app.core.web import HttpRequest, WorkDep
from themes.catalogue import say


class InvitationPage(msgspec.Struct, frozen=True):
    """`password_needed` is false for clients, who may come back by mailed link."""

    token: str
    email: str
    name: str
    role_label: str
    password_needed: bool
    errors: list[FieldError] = []


class HandoffPage(msgspec.Struct, frozen=True):
    """What the one who is about to enter should read: as whom, and the reason that people there will see."""

    token: str
    name: str
    role_label: str
    reason: str
    to: str


@get("/invitation/{token:str}", opt=OPEN)
async def show_invitation(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    try:
        context = _invitation(token, *await invitations.invited(work, token))
    except Gone:
        return in_already(request, work)
    return await visitor_page(request, work, "access/invitation.html", context, title=say("Welcome"))


@post("/invitation/{token:str}", opt=OPEN)
async def accept_invitation(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    person, role = await invitations.invited(work, token)
    fields, typed = await form(request), await raw(request, "password")
    context = _invitation(token, person, role)
    try:
        name = forms.person_name(fields) if context.password_needed or "name" in fields else person.name
        near = (person.email, name, work.tenant.name)
        password = forms.new_password(typed, near) if typed or context.password_needed else None
    except Invalid as problem:
        context = msgspec.structs.replace(context, name=forms.text(fields, "name"), errors=problem.errors)
        return await visitor_page(request, work, "access/invitation.html", context, title=say("Welcome"), status=422)
    return arrived(request, await invitations.accept(work, token, name=name, password=password, door=door(request)), "")


def _invitation(token: str, person: PersonRow, role: Role) -> InvitationPage:
    name = "" if person.name == person.email else person.name
    return InvitationPage(token, person.email, name, role.label, role.audience != "client")


@get("/handoff/{token:str}", opt=OPEN)
async def show_handoff(
    request: HttpRequest, work: WorkDep, token: FromPath[str], to: FromQuery[str] = ""
) -> Response[Any]:
    person, role, reason = await handoff.offered(work, token)
    context = HandoffPage(token, person.name, role.label, reason, safe_next(to, ""))
    return await visitor_page(request, work, "access/handoff.html", context, title=say("Support access"))


@post("/handoff/{token:str}", opt=OPEN)
async def enter_as_support(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    onward = safe_next(str((await form(request)).get("to") or ""), "")
    return arrived(request, await handoff.enter_as_support(work, token, door(request)), onward)


HANDLERS: list[Any] = [show_invitation, accept_invitation, show_handoff, enter_as_support]
