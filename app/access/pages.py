"""Sign-in, and how a request shows who it comes from."""

from typing import Any

from litestar.datastructures import Cookie

from app.access import queries, service
from app.core import config
from app.core.crypto import new_token, sign, signed
from app.core.errors import Forbidden
from app.core.runtime import runtime
from app.core.web import HttpRequest, authenticators
from app.core.work import Actor, Work

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name() -> str:
    return "__Host-session" if runtime().settings.secure else "session"


def session_cookie(token: str, *, max_age: int | None = None) -> Cookie:
    """Host-only, never readable by scripts."""
    return Cookie(
        cookie_name(), token, path="/", httponly=True, samesite="lax", secure=runtime().settings.secure, max_age=max_age
    )


async def by_session(work: Work, request: HttpRequest) -> None:
    """Put the signed-in person into the unit of work, and refuse unsafe methods without this session's form token."""
    token = request.cookies.get(cookie_name(), "")
    state: dict[str, Any] = request.scope["state"]
    if token:
        state["csrf_token"] = csrf_token(work, token)
        await _enter(work, request, token)
    if request.method not in SAFE and request.route_handler.opt.get("csrf", True):
        await _check_form_token(work, request, token)


async def _enter(work: Work, request: HttpRequest, token: str) -> None:
    found = await queries.session_of(work, token)
    request.scope["state"]["session"] = found
    if found is None or found.Session.step != "in":
        return
    settings = await config.everything(work)
    work.person = queries.as_person(found.PersonRow, found.Role, found.Session, settings["zone"], settings["locale"])
    work.actor = Actor("person", work.person.id, work.person.name)
    await service.touch(work, found.Session.id)


def csrf_token(work: Work, session_token: str) -> str:
    """Bound to the tenant and to this very session, anonymous or not."""
    return sign(runtime().settings.secret_key, "csrf", work.tenant.id, session_token)


async def _check_form_token(work: Work, request: HttpRequest, token: str) -> None:
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    given = request.headers.get("X-CSRF-Token") or (await request.form()).get("_csrf", "")
    fine = signed(runtime().settings.secret_key, "csrf", str(given), work.tenant.id, token)
    if not token or not fine or site not in ("same-origin", "none"):
        raise Forbidden("This form has expired. Load the page again and send it once more.")


def anonymous_token(work: Work) -> str:
    """A session id of our own making for somebody who is not signed in yet; nothing is stored for it."""
    random = new_token()
    return f"anon.{random}.{sign(runtime().settings.secret_key, 'anonymous', work.tenant.id, random)}"


authenticators["session"] = by_session
HANDLERS: list[Any] = []
