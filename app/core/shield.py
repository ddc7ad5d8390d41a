"""The outermost layer: a trace for each request, security headers on every answer, one log line."""

from typing import Any
from uuid import uuid4

import structlog

from app.core import timing
from app.core.metrics import observe
from app.core.runtime import runtime
from tenants.host import ASGIApp, Scope
from themes.view import NOBODY, speaking

log = structlog.get_logger()

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self';"
    " manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# The brand editor shows true previews of the tenant's own pages beside the controls.
FRAMED = POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'").replace(
    "form-action", "frame-src 'self'; form-action"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(self), geolocation=(self)"),
)


class Shield:
    """Wraps everything, also the answers for unknown hosts."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        seen = {"status": 500}
        state = scope.setdefault("state", {})
        state["trace"] = uuid4().hex[:16]
        structlog.contextvars.bind_contextvars(trace=state["trace"])

        with timing.watched() as spent, speaking(NOBODY.locale, {}):  # what this request speaks ends with it

            async def with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    seen["status"] = message["status"]
                    message = {**message, "headers": _headers(message["headers"], scope, spent)}
                await send(message)

            try:
                await self.app(scope, receive, with_headers)
            finally:
                _note(scope, seen["status"], spent.seconds)
                structlog.contextvars.clear_contextvars()


def _headers(given: list[tuple[bytes, bytes]], scope: Scope, spent: timing.Spent) -> list[tuple[bytes, bytes]]:
    names = {name.lower() for name, _ in given}
    policy = FRAMED if scope.get("state", {}).get("framed") else POLICY
    ours = [*HEADERS, (b"content-security-policy", policy.encode())]
    if runtime().settings.secure:
        ours.append((b"strict-transport-security", b"max-age=63072000; includeSubDomains"))
    if runtime().settings.playful:
        ours.append(spent.header())
    kept = [(name, value) for name, value in given if name.lower() != b"server"]
    return kept + [(name, value) for name, value in ours if name not in names]


def _note(scope: Scope, status: int, seconds: float) -> None:
    tenant = scope.get("state", {}).get("tenant")
    handler = scope.get("route_handler")
    route = getattr(handler, "handler_name", "none") if handler else "none"
    observe(route, status, seconds)
    log.info(
        "request",
        tenant=getattr(tenant, "slug", None),
        method=scope["method"],
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
    )
