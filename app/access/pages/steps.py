"""What the pages on the way in share: where to go on to, and how a refusal is shown."""

from typing import Annotated, Any

from litestar import Response
from litestar.params import QueryParameter

from app.access.pages.session import session_cookie, visitor_page
from app.access.service.signin import Closed, Opened
from app.core.errors import FieldError, Gone
from app.core.pages import Toast, quoted, redirect, safe_next
from app.core.runtime import runtime
from app.core.web import PUBLIC, HttpRequest
from app.core.work import Work
from themes.catalogue import say

Onward = Annotated[str, QueryParameter(name="next")]
OPEN: dict[str, Any] = {"permission": PUBLIC}
PENDING: dict[str, Any] = {"permission": PUBLIC, "pending": True}  # between the first proof and the second
MODE_SECONDS = 400 * 24 * 3600


def onward_or(onward: str, home: str) -> str:
    """Where the person was going, else home; never back to the door."""
    url = safe_next(onward, home)
    return home if url.startswith(("/login", "/logout")) else url


def with_next(url: str, onward: str) -> str:
    onward = onward_or(onward, "")
    return f"{url}?next={quoted(onward)}" if onward else url


def arrived(request: HttpRequest, opened: Opened, onward: str) -> Response[Any]:
    """To the next step, or in; always under the new session id."""
    steps = {"code": "/login/code", "mail": "/login/code", "enrol": "/login/enrol"}
    url = with_next(steps[opened.step], onward) if opened.step in steps else onward_or(onward, opened.role.home)
    response = redirect(request, url)
    response.set_cookie(session_cookie(opened.token))
    mode = opened.person.preferences.get("mode") if opened.person.preferences else None
    if mode:
        response.set_cookie(
            key="mode", value=mode, max_age=MODE_SECONDS, samesite="lax", secure=runtime().settings.secure
        )
    return response


def in_already(request: HttpRequest, work: Work) -> Response[Any]:
    """A mailed link is pressed again by whoever came in with it: home. Raises Gone for everybody else."""
    if work.person is None:
        raise Gone
    return redirect(request, work.person.home, Toast(say("You are signed in already.")))


def closed_errors(outcome: Closed) -> list[FieldError]:
    return [FieldError(outcome.field, "too_many" if outcome.wait else "not_allowed", outcome.message)]


async def closed_page(
    request: HttpRequest, work: Work, template: str, context: Any, outcome: Closed, *, title: str
) -> Response[Any]:
    """The form again. What was counted and noted stays, so this is an answer and not an error that rolls
    back.
    """
    status = 429 if outcome.wait else 422
    response = await visitor_page(request, work, template, context, title=title, status=status)
    if outcome.wait:
        response.headers["Retry-After"] = str(outcome.wait)
    return response


async def raw(request: HttpRequest, name: str) -> str:
    """A field exactly as it was typed: blanks belong to a password."""
    value = (await request.form()).get(name, "")
    return value if isinstance(value, str) else ""
