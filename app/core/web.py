"""A request's one dependency: it opens the unit of work, finds out who asks, and checks that they may.

It is the only generator and the only dependency that may raise: with a second one the framework would skip the clean-up.
"""

import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, TypeAlias

from litestar import Request
from litestar.di import NamedDependency

from app.core import config
from app.core.errors import NotFound, NotSignedIn
from app.core.work import Work, unit
from tenants.binding import WEB_TIMEOUT_MS
from themes.catalogue import LANGUAGES
from themes.view import speak

# Values of opt["permission"] that are not a right of a role.
PUBLIC = "public"
SIGNED_IN = "signed-in"
PROGRAMS = ("/api/", "/intake/", "/hooks/")  # under these, errors are problem documents
# opt["by"]: how the caller shows who it is. Slices add theirs.
Authenticator = Callable[[Work, Request[Any, Any, Any]], Awaitable[None]]
authenticators: dict[str, Authenticator] = {}

WorkDep: TypeAlias = NamedDependency[Work]
HttpRequest: TypeAlias = Request[Any, Any, Any]


async def provide_work(request: HttpRequest) -> AsyncGenerator[Work, None]:
    """The unit of work of this request, with the person in it. Commits when the handler has returned."""
    opt = request.route_handler.opt
    async with unit(
        trace=request.scope["state"].get("trace"), timeout_ms=opt.get("timeout_ms", WEB_TIMEOUT_MS)
    ) as work:
        work.info["address"] = client_address(request)  # the audit log says from where
        await authenticators[opt.get("by", "session")](work, request)
        _check(work, opt.get("permission"))
        terms = await config.get(work, "terms") if work.person else None
        speak(locale_of(request, work.person), terms=terms)
        request.state.work = work
        yield work


def locale_of(request: HttpRequest, person: Any, usual: str = "en_US") -> str:
    """In which language to answer: a program is told in English, always; the person's own; a visitor's choice or,
    unasked, the browser's where we have it.
    """
    if wants_json(request):
        return "en_US"
    if person is not None:
        return str(person.locale)
    chosen = request.cookies.get("lang", "")
    asked = [chosen] if chosen else request.headers.get("Accept-Language", "").split(",")
    spoken = [language for part in asked if (language := part.strip()[:2].lower()) in LANGUAGES]
    return f"{spoken[0]}_US" if spoken and spoken[0] != usual[:2] else usual


def _check(work: Work, permission: str | None) -> None:
    """A handler that declares nothing is closed to everybody."""
    if permission == PUBLIC:
        return
    if work.person is None:
        raise NotSignedIn
    if permission == SIGNED_IN:
        return
    if permission is None or not work.person.may(permission):
        raise NotFound


def client_address(request: HttpRequest) -> str:
    """The peer as the server saw it. Forwarded headers count only where the server was told to trust the proxy."""
    return request.client.host if request.client else "unknown"


def wants_json(request: HttpRequest) -> bool:
    return request.scope["path"].startswith(PROGRAMS)


def is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def support_code() -> str:
    """Short enough to read out over the phone; stands in the log beside the trace."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
    letters = "".join(secrets.choice(alphabet) for _ in range(6))
    return f"{letters[:4]}-{letters[4:]}"
