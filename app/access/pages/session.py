"""The session cookie, the form token bound to it, and the authenticator that both make."""

from typing import Any
from urllib.parse import urlsplit

from litestar import Response
from litestar.datastructures import Cookie

from app.access import queries
from app.access.models import PersonRow, Session
from app.access.pages import resuming
from app.access.service import sessions
from app.access.service.handoff import support_name
from app.access.service.signin import Door
from app.core import config, live
from app.core.crypto import new_token, sign, signed
from app.core.errors import Forbidden, NotSignedIn
from app.core.pages import page
from app.core.runtime import runtime
from app.core.web import PUBLIC, HttpRequest, authenticators, client_address
from app.core.work import Actor, Work
from themes.catalogue import later

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ANONYMOUS = "anon."
EXPIRED = later("This form has expired. Load the page again and send it once more.")
NOT_IN_SUPPORT = later("This can't be done in a support session.")


def cookie_name() -> str:
    return "__Host-session" if runtime().settings.secure else "session"


def session_cookie(token: str, *, max_age: int | None = None) -> Cookie:
    """Host-only, never readable by scripts; it goes when the browser is closed, unless told otherwise."""
    return Cookie(
        cookie_name(),
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=runtime().settings.secure,
        max_age=max_age,
    )


async def by_session(work: Work, request: HttpRequest) -> None:
    """Put the signed-in person into the unit of work, and refuse unsafe methods without this session's form
    token.

    A cookie that we did not sign or do not know counts as none. On a GET somebody without a session is given
    an anonymous one, which `visitor_page` sends along; nothing is stored for it.
    """
    token = given = request.cookies.get(cookie_name(), "")
    state: dict[str, Any] = request.scope["state"]
    if token.startswith(ANONYMOUS):
        token = token if _is_our_anonymous(work, token) else ""
    elif token and not await _enter(work, request, token):
        token = ""
    if not token and request.method in SAFE:
        token = state["new_session"] = anonymous_token(work)
    state["csrf_token"] = csrf_token(work, token) if token else ""
    if request.method not in SAFE:
        await _see_who_is_gone(work, request, given)
        if request.route_handler.opt.get("csrf", True):
            await _check_form_token(work, request, token)


async def _enter(work: Work, request: HttpRequest, token: str) -> bool:
    found = await queries.session_of(work, token)
    if found is None:
        return False
    session: Session = found.Session
    request.scope["state"]["session"], request.scope["state"]["account"] = session, found.PersonRow
    if session.support and request.route_handler.opt.get("support") is False:
        raise Forbidden(NOT_IN_SUPPORT)
    if session.step == "in":
        work.person = queries.as_person(found.PersonRow, found.Role, session, await config.everything(work))
        name = support_name(work.person.name, session.support) if session.support else work.person.name
        work.actor = Actor("person", work.person.id, name)
        await sessions.touch(work, session)
    return True


async def _see_who_is_gone(work: Work, request: HttpRequest, token: str) -> None:
    """Whose session ended while a form lay open is asked to sign in, not told that the form is wrong, and finds what
    they typed afterwards. Who pressed the last button of the way in twice is led to the start, and from there home.
    """
    opt = request.route_handler.opt
    gone = not _is_on_the_way(request) if opt.get("pending") else work.person is None
    if gone and (opt.get("pending") or opt.get("permission") != PUBLIC):
        theirs = bool(token) and not token.startswith(ANONYMOUS) and _from_here(request)
        raise NotSignedIn(
            await resuming.keep(work, request, token, lambda form_token: _fits(work, form_token, token))
            if theirs
            else ""
        )


def _is_on_the_way(request: HttpRequest) -> bool:
    session = session_at(request)
    return session is not None and session.step != "in"


def session_at(request: HttpRequest) -> Session | None:
    """The stored session behind this request, whatever step it stands at."""
    session: Session | None = request.scope["state"].get("session")
    return session


def had_session(request: HttpRequest) -> bool:
    """This browser was signed in, and is no more: signed out from elsewhere, idle for too long, or a role changed."""
    token = request.cookies.get(cookie_name(), "")
    return bool(token) and not token.startswith(ANONYMOUS) and session_at(request) is None


def account_at(request: HttpRequest) -> PersonRow:
    """The person of that session, in or still on the way."""
    row: PersonRow = request.scope["state"]["account"]
    return row


def door(request: HttpRequest) -> Door:
    """Where this request comes from, as services want to know it."""
    return Door(client_address(request), request.headers.get("User-Agent", ""), session_at(request))


def csrf_token(work: Work, session_token: str) -> str:
    """Bound to the tenant and to this very session, anonymous or not."""
    return sign(runtime().settings.secret_key, "csrf", work.tenant.id, session_token)


async def _check_form_token(work: Work, request: HttpRequest, token: str) -> None:
    given = request.headers.get("X-CSRF-Token") or (await request.form()).get("_csrf", "")
    if not token or not _fits(work, str(given), token) or not _from_here(request):
        raise Forbidden(EXPIRED)


def _fits(work: Work, form_token: str, session_token: str) -> bool:
    return signed(runtime().settings.secret_key, "csrf", form_token, work.tenant.id, session_token)


def _from_here(request: HttpRequest) -> bool:
    """What the browser says of the page that sent this; programs that say nothing have the token alone."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("Host", "")


def anonymous_token(work: Work) -> str:
    """A session id of our own making for somebody who is not signed in yet; nothing is stored for it."""
    random = new_token()
    return f"{ANONYMOUS}{random}.{sign(runtime().settings.secret_key, 'anonymous', work.tenant.id, random)}"


def _is_our_anonymous(work: Work, token: str) -> bool:
    random, _, signature = token.removeprefix(ANONYMOUS).partition(".")
    return signed(runtime().settings.secret_key, "anonymous", signature, work.tenant.id, random)


async def visitor_page(
    request: HttpRequest, work: Work, template: str, context: Any = None, *, title: str, status: int = 200
) -> Response[bytes]:
    """A page with a form for whoever comes: like `page`, with the anonymous session that its token is bound
    to.
    """
    response = await page(request, work, template, context, title=title, status=status)
    new = request.scope["state"].get("new_session")
    if new:
        response.set_cookie(session_cookie(new))
    return response


authenticators["session"] = by_session
live.people_behind.append(queries.people_behind)
