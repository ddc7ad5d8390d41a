"""`/login` and the steps after it. Every page here works as a plain form for any HTTP client."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, QueryParameter

from app.access import forms
from app.access.models import PersonRow, Session
from app.access.models.codes import qr_image, setup_address
from app.access.pages.session import (
    account_at,
    anonymous_token,
    csrf_token,
    door,
    had_session,
    session_at,
    session_cookie,
    visitor_page,
)
from app.access.pages.steps import (
    OPEN,
    PENDING,
    Onward,
    arrived,
    closed_errors,
    closed_page,
    onward_or,
    raw,
    with_next,
)
from app.access.service import second_factor, signin
from app.access.service.signin import Closed
from app.core.errors import FieldError, Invalid
from app.core.pages import form, redirect
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say


class SignInPage(msgspec.Struct, frozen=True):
    """`email` as typed or given by a link, `next` where to go on to; `ended` when a session of this browser is over."""

    email: str = ""
    next: str = ""
    ended: bool = False
    errors: list[FieldError] = []


class CodePage(msgspec.Struct, frozen=True):
    """`kind`: `totp`, `recovery` or `mail`. `email` is where a mailed code went."""

    kind: str
    email: str = ""
    next: str = ""
    errors: list[FieldError] = []


class EnrolPage(msgspec.Struct, frozen=True):
    """`qr` is an image address; `secret` the same in letters, for phones that can't look."""

    qr: str
    secret: str
    next: str = ""
    errors: list[FieldError] = []


class CodesPage(msgspec.Struct, frozen=True):
    """The ten recovery codes, shown this once. `onward` is where the button leads."""

    codes: list[str]
    onward: str


@get("/login", opt=OPEN)
async def show_sign_in(
    request: HttpRequest, work: WorkDep, onward: Onward = "", email: FromQuery[str] = ""
) -> Response[Any]:
    """Whoever is signed in already goes on."""
    if work.person is not None:
        return redirect(request, onward_or(onward, work.person.home))
    context = SignInPage(email[:254], onward, ended=had_session(request))
    return await visitor_page(request, work, "access/login.html", context, title=say("Sign in"))


@post("/login", opt=OPEN)
async def sign_in(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields, password = await form(request), await raw(request, "password")
    onward = forms.text(fields, "next")
    try:
        given = forms.sign_in(fields, password)
    except Invalid as problem:
        context = SignInPage(forms.text(fields, "email"), onward, errors=problem.errors)
        return await visitor_page(request, work, "access/login.html", context, title=say("Sign in"), status=422)
    outcome = await signin.with_password(work, given.email, given.password, door(request))
    if isinstance(outcome, Closed):
        context = SignInPage(given.email, onward, errors=closed_errors(outcome))
        return await closed_page(request, work, "access/login.html", context, outcome, title=say("Sign in"))
    return arrived(request, outcome, onward)


@get("/login/code", opt=PENDING)
async def show_code(
    request: HttpRequest,
    work: WorkDep,
    onward: Onward = "",
    kind: Annotated[str, QueryParameter(name="with")] = "",
) -> Response[Any]:
    context = _code_page(request, onward, kind)
    if context is None:
        return redirect(request, with_next("/login", onward))
    return await visitor_page(request, work, "access/code.html", context, title=say("Enter your code"))


@post("/login/code", opt=PENDING)
async def enter_code(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    onward, kind = forms.text(fields, "next"), forms.text(fields, "kind")
    context = _code_page(request, onward, kind)
    if context is None:
        return redirect(request, with_next("/login", onward))
    try:
        typed = forms.code(fields)
    except Invalid as problem:
        context = msgspec.structs.replace(context, errors=problem.errors)
        return await visitor_page(request, work, "access/code.html", context, title=say("Enter your code"), status=422)
    outcome = await signin.with_code(work, typed, door(request))
    if isinstance(outcome, Closed):
        context = msgspec.structs.replace(context, errors=closed_errors(outcome))
        return await closed_page(request, work, "access/code.html", context, outcome, title=say("Enter your code"))
    return arrived(request, outcome, onward)


@post("/login/code/again", opt=PENDING)
async def send_code_again(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Another code to the mailbox, for a sign-in that waits for one."""
    session, onward = session_at(request), forms.text(await form(request), "next")
    if session is None or session.step != "mail":
        return redirect(request, with_next("/login", onward))
    outcome = await signin.send_code_again(work, account_at(request), session.id)
    if outcome is not None:
        context = CodePage("mail", account_at(request).email, onward, closed_errors(outcome))
        return await closed_page(request, work, "access/code.html", context, outcome, title=say("Enter your code"))
    return redirect(request, with_next("/login/code", onward))


@get("/login/enrol", opt=PENDING)
async def show_enrol(request: HttpRequest, work: WorkDep, onward: Onward = "") -> Response[Any]:
    context = _enrol_page(work, request, onward)
    if context is None:
        return redirect(request, with_next("/login", onward))
    return await visitor_page(request, work, "access/enrol.html", context, title=say("Set up two-factor sign-in"))


@post("/login/enrol", opt=PENDING)
async def enrol(request: HttpRequest, work: WorkDep) -> Response[Any]:
    fields = await form(request)
    onward = forms.text(fields, "next")
    context = _enrol_page(work, request, onward)
    if context is None:
        return redirect(request, with_next("/login", onward))
    outcome = await signin.enrol(work, forms.text(fields, "code"), door(request))
    if isinstance(outcome, Closed):
        context = msgspec.structs.replace(context, errors=closed_errors(outcome))
        return await closed_page(
            request, work, "access/enrol.html", context, outcome, title=say("Set up two-factor sign-in")
        )
    opened, codes = outcome
    shown = CodesPage(codes, onward_or(onward, opened.role.home))
    # The page's own form token must belong to the session that this very answer begins.
    request.scope["state"]["csrf_token"] = csrf_token(work, opened.token)
    response = await visitor_page(request, work, "access/codes.html", shown, title=say("Your recovery codes"))
    response.set_cookie(session_cookie(opened.token))
    return response


@post("/logout", opt=OPEN)
async def sign_out(request: HttpRequest, work: WorkDep) -> Response[Any]:
    await signin.sign_out(work, session_at(request))
    response = redirect(request, "/login")
    response.set_cookie(session_cookie(anonymous_token(work)))
    return response


def _code_page(request: HttpRequest, onward: str, kind: str) -> CodePage | None:
    session = session_at(request)
    if session is None or session.step not in ("code", "mail"):
        return None
    if session.step == "mail":
        return CodePage("mail", account_at(request).email, onward)
    return CodePage("recovery" if kind == "recovery" else "totp", "", onward)


def _enrol_page(work: Work, request: HttpRequest, onward: str) -> EnrolPage | None:
    session = session_at(request)
    if session is None or session.step != "enrol":
        return None
    return EnrolPage(*qr(work, account_at(request), session), onward)


def qr(work: Work, person: PersonRow, session: Session) -> tuple[str, str]:
    """The image that a phone scans, and the same secret in letters."""
    secret = second_factor.offered_secret(work, person, session.id)
    issuer = work.tenant.brand.get("product_name") or work.tenant.name
    return qr_image(setup_address(secret, person.email, issuer)), secret


HANDLERS: list[Any] = [
    show_sign_in,
    sign_in,
    show_code,
    enter_code,
    send_code_again,
    show_enrol,
    enrol,
    sign_out,
]
