"""Every error as an answer: a branded page with one way on, or a problem document (RFC 9457) for programs."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core import clock, static
from app.core.errors import Invalid, NotFound, NotSignedIn, Problem, Unavailable
from app.core.web import PROGRAMS, HttpRequest, is_htmx, locale_of, support_code, wants_json
from tenants.host import ASGIApp, Scope
from tenants.registry import Tenant
from themes.catalogue import later, say
from themes.loader import make_environment
from themes.tokens import sheet_of
from themes.view import speaking

log = structlog.get_logger()
_environment = make_environment(clock.now)
PAGES = {400, 403, 404, 409, 410, 413, 429, 500, 503}
HTML = "text/html; charset=utf-8"


def answer(request: HttpRequest, error: Exception) -> Response[Any]:
    """One function for everything that was raised."""
    problem = _as_problem(error)
    code = _code_of(request, problem)
    if problem.status >= 500:
        log.error("failed", support=code, error=type(error).__name__, exc_info=error if problem.status == 500 else None)
    elif code:
        log.info("refused", support=code, status=problem.status, error=type(error).__name__)
    if wants_json(request):
        return _document(problem, code)
    if isinstance(problem, NotSignedIn):
        return _to_sign_in(request, problem.onward)
    return _page(request, problem, code)


def _code_of(request: HttpRequest, problem: Problem) -> str:
    """To be quoted: of a fault of ours wherever it shows, of all else on a whole page."""
    whole = not (wants_json(request) or is_htmx(request) or isinstance(problem, NotSignedIn))
    return support_code() if problem.status >= 500 or whole else ""


def _as_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        return Unavailable(retry_after=5)
    if isinstance(error, HTTPException):
        return _from_framework(error)
    return Problem()


def _from_framework(error: HTTPException) -> Problem:
    """Routing and parsing errors of the framework, in our words."""
    if error.status_code in (404, 405):
        problem: Problem = NotFound()
        problem.status = error.status_code
        return problem
    problem = Problem(_FRAMEWORK.get(error.status_code, "This request can't be read."))
    problem.status = error.status_code
    return problem


_FRAMEWORK = {
    400: later("This request can't be read. Check what was sent and try again."),
    413: later("This is larger than we take."),
    415: later("Send JSON or a form."),
    429: later("Too many tries."),
}


def _headers(problem: Problem) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return headers


def _document(problem: Problem, code: str) -> Response[Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.code or code:
        body["code"] = problem.code or code
    if isinstance(problem, Invalid):
        body["errors"] = [msgspec.to_builtins(error) for error in problem.errors]
        body["code"] = problem.errors[0].code if problem.errors else "invalid"
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=_headers(problem),
    )


def _to_sign_in(request: HttpRequest, kept: str) -> Response[Any]:
    """A page that needs a person: sign in and come back; an htmx fragment must not swallow the form."""
    onward = kept or _asked_for(request)
    target = f"/login?next={quote(onward, safe='/')}" if onward else "/login"
    if is_htmx(request):
        return Response(None, status_code=401, headers={"HX-Redirect": target, "Cache-Control": "no-store"})
    return Response(None, status_code=303, headers={"Location": target, "Cache-Control": "no-store"})


def _asked_for(request: HttpRequest) -> str:
    """The page that somebody was on or going to; a form that was sent leads nowhere."""
    if is_htmx(request):  # the page around it, not a part of it
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        path, query = here.path, here.query
    else:
        path, query = request.scope["path"], request.scope.get("query_string", b"").decode("latin-1")
    return _ours(f"{path}?{query}" if query else path) if is_htmx(request) or request.method == "GET" else ""


def _page(request: HttpRequest, problem: Problem, code: str) -> Response[Any]:
    tenant = request.scope.get("state", {}).get("tenant")
    status = problem.status if problem.status in PAGES else (404 if problem.status == 405 else 400)
    html = render_error(
        str(status), tenant, detail=problem.detail, code=code, retry_after=problem.retry_after,
        path=_way_back(request), locale=_locale(request), mode=request.cookies.get("mode", "system"),
    )  # fmt: skip
    return Response(html, status_code=problem.status, media_type=HTML, headers=_headers(problem))


def _locale(request: HttpRequest) -> str:
    """Of whoever was recognised before it failed, else the visitor's."""
    work = request.scope.get("state", {}).get("work")
    return locale_of(request, work.person if work else None)


def _way_back(request: HttpRequest) -> str:
    """The page that failed, where looking again makes sense: one of ours that is read, a mailed link, or the page whose
    form was sent.
    """
    path = request.scope["path"]
    if request.method == "GET" or path.startswith(("/login/", "/invitation/")):
        query = request.scope.get("query_string", b"").decode("latin-1")
        return _ours(f"{path}?{query}" if query else path)
    from_ = urlsplit(request.headers.get("referer", ""))
    if from_.netloc != request.headers.get("host"):
        return ""
    return _ours(f"{from_.path}?{from_.query}" if from_.query else from_.path)


def _ours(address: str) -> str:
    return address if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", address) else ""


def render_error(
    name: str, tenant: Tenant | None, *, detail: str = "", code: str = "", retry_after: int | None = None, path: str = "",
    locale: str = "en_US", mode: str = "system",
) -> bytes:  # fmt: skip
    """`templates/errors/<name>.html` in the tenant's brand; it needs no session and no database."""
    with speaking(locale):
        detail = say(detail)
    page = {
        "title": detail or "",
        "path": path,
        "brand": tenant.brand if tenant else {},
        "person": None,
        "nav": [],
        "settings_nav": [],
        "brand_css": f"/brand/{sheet_of(tenant.brand).name}" if tenant else "",
        "tenant_name": tenant.name if tenant else "",
        "csrf_token": "",
        "mode": mode,
        "density": "roomy",
        "toast": None,
        "playful_clock": False,
    }
    context = {
        "page": page,
        "detail": detail,
        "code": code,
        "retry_after": retry_after,
        "terms": {},
        "zone": "America/New_York",
        "locale": locale,
        "errors": [],
        "panels": lambda slot: [],
    }
    return _environment.get_template(f"errors/{name}.html").render(context).encode()


async def unknown_host(scope: Scope, receive: Any, send: Any) -> None:
    """Neutral: it names neither the platform nor any tenant, and no host that we do not know."""
    await _send(send, 404, render_error("unknown_host", None, locale=locale_of(Request(scope), None)))


async def away(scope: Scope, receive: Any, send: Any) -> None:
    """The registry can't be asked whose host this is: neutral, and it says when to come again."""
    problem = Unavailable(retry_after=5)
    if scope["path"].startswith(PROGRAMS):
        body, kind = _document(problem, "").content, "application/problem+json"
    else:
        body, kind = render_error("503", None, retry_after=5), HTML
    await _send(send, 503, body, kind, [(b"retry-after", b"5")])


def suspended(tenant: Tenant) -> ASGIApp:
    """The notice that a suspended or archived tenant's people see, in its own brand."""

    async def notice(scope: Scope, receive: Any, send: Any) -> None:
        if scope["path"].startswith("/assets/"):
            return await static.assets(scope, receive, send)
        if scope["path"].startswith("/brand/"):
            return await static.brand(scope, receive, send)
        await _send(send, 503, render_error("suspended", tenant, locale=locale_of(Request(scope), None)))

    return notice


async def _send(
    send: Any, status: int, body: bytes, kind: str = HTML, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    headers = [
        *(more or []),
        (b"content-type", kind.encode()),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


HANDLERS: Any = {Exception: answer}
