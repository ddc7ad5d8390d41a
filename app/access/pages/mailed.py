"""What comes through the mailbox: `/login/link`, `/login/reset`. Looking at a mailed link uses nothing up."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from app.access import forms
from app.access.models.policy import Purpose
from app.access.pages.session import door, visitor_page
from app.access.pages.signing_in import SignInPage
from app.access.pages.steps import OPEN, Onward, arrived, closed_errors, closed_page, in_already, raw
from app.access.service import mailed
from app.access.service.signin import Closed
from app.core import config
from app.core.errors import FieldError, Gone, Invalid
from app.core.pages import form, redirect
from app.core.web import HttpRequest, WorkDep, locale_of
from app.core.work import Work
from themes.catalogue import say


class SentPage(msgspec.Struct, frozen=True):
    """Says that a mail is on its way, if there is an account; `asked` names the request for the code form."""

    asked: UUID | None = None
    errors: list[FieldError] = []


class ArrivePage(msgspec.Struct, frozen=True):
    """One button: come in as this person."""

    name: str
    email: str
    token: str


class NewPasswordPage(msgspec.Struct, frozen=True):
    """Choose a new password for this account."""

    email: str
    token: str
    errors: list[FieldError] = []


@get("/login/link", opt=OPEN)
async def show_link(
    request: HttpRequest, work: WorkDep, onward: Onward = "", email: FromQuery[str] = ""
) -> Response[Any]:
    return await visitor_page(
        request, work, "access/link.html", SignInPage(email[:254], onward), title=say("E-mail me a link")
    )


@post("/login/link", opt=OPEN)
async def ask_link(request: HttpRequest, work: WorkDep) -> Response[Any]:
    asked = await _ask(request, work, "link", "access/link.html", "E-mail me a link")
    return asked if isinstance(asked, Response) else redirect(request, f"/login/link/sent/{asked}")


@get("/login/link/sent/{asked:uuid}", opt=OPEN)
async def show_link_sent(request: HttpRequest, work: WorkDep, asked: FromPath[UUID]) -> Response[Any]:
    return await visitor_page(
        request, work, "access/link_sent.html", SentPage(asked), title=say("Look in your mailbox")
    )


@post("/login/link/sent/{asked:uuid}", opt=OPEN)
async def enter_link_code(request: HttpRequest, work: WorkDep, asked: FromPath[UUID]) -> Response[Any]:
    """The six digits from the mail, typed on the device that asked."""
    typed = forms.text(await form(request), "code")
    outcome = await mailed.with_mailed_code(work, asked, typed, door(request))
    if isinstance(outcome, Closed):
        context = SentPage(asked, closed_errors(outcome))
        return await closed_page(
            request, work, "access/link_sent.html", context, outcome, title=say("Look in your mailbox")
        )
    return arrived(request, *outcome)


@get("/login/link/{token:str}", opt=OPEN)
async def show_arrival(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    """Scanners that fetch links see this page and change nothing."""
    try:
        person = await mailed.whose(work, token, "link")
    except Gone:
        return in_already(request, work)
    context = ArrivePage(person.name, person.email, token)
    return await visitor_page(request, work, "access/arrive.html", context, title=say("Sign in"))


@post("/login/link/{token:str}", opt=OPEN)
async def arrive(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    return arrived(request, *await mailed.with_link(work, token, door(request)))


@get("/login/reset", opt=OPEN)
async def show_reset(request: HttpRequest, work: WorkDep, email: FromQuery[str] = "") -> Response[Any]:
    return await visitor_page(
        request, work, "access/reset.html", SignInPage(email[:254]), title=say("Reset your password")
    )


@post("/login/reset", opt=OPEN)
async def ask_reset(request: HttpRequest, work: WorkDep) -> Response[Any]:
    asked = await _ask(request, work, "reset", "access/reset.html", "Reset your password")
    return asked if isinstance(asked, Response) else redirect(request, "/login/reset/sent")


@get("/login/reset/sent", opt=OPEN)
async def show_reset_sent(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await visitor_page(request, work, "access/reset_sent.html", SentPage(), title=say("Look in your mailbox"))


@get("/login/reset/{token:str}", opt=OPEN)
async def show_new_password(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    person = await mailed.whose(work, token, "reset")
    context = NewPasswordPage(person.email, token)
    return await visitor_page(request, work, "access/new_password.html", context, title=say("Choose a new password"))


@post("/login/reset/{token:str}", opt=OPEN)
async def set_new_password(request: HttpRequest, work: WorkDep, token: FromPath[str]) -> Response[Any]:
    person = await mailed.whose(work, token, "reset")
    try:
        password = forms.new_password(await raw(request, "password"), (person.email, person.name, work.tenant.name))
    except Invalid as problem:
        context = NewPasswordPage(person.email, token, problem.errors)
        return await visitor_page(
            request, work, "access/new_password.html", context, title=say("Choose a new password"), status=422
        )
    return arrived(request, await mailed.with_reset(work, token, password, door(request)), "")


async def _ask(request: HttpRequest, work: Work, purpose: Purpose, template: str, title: str) -> UUID | Response[Any]:
    fields = await form(request)
    context = SignInPage(forms.text(fields, "email")[:254], forms.text(fields, "next"))
    try:
        address = forms.email(fields)
    except Invalid as problem:
        context = msgspec.structs.replace(context, errors=problem.errors)
        return await visitor_page(request, work, template, context, title=title, status=422)
    read_in = locale_of(request, None, await config.get(work, "locale"))
    outcome = await mailed.ask_for_mail(work, purpose, address, door(request), context.next, read_in)
    if isinstance(outcome, Closed):
        context = msgspec.structs.replace(context, errors=closed_errors(outcome))
        return await closed_page(request, work, template, context, outcome, title=title)
    return outcome


HANDLERS: list[Any] = [
    show_link,
    ask_link,
    show_link_sent,
    enter_link_code,
    show_arrival,
    arrive,
    show_reset,
    ask_reset,
    show_reset_sent,
    show_new_password,
    set_new_password,
]
