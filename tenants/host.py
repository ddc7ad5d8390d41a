"""From the Host header to a tenant: the outermost of our layers."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenants.binding import bind
from tenants.directory import Directory
from tenants.registry import Tenant

Scope = dict[str, Any]
ASGIApp = Callable[[Scope, Callable[..., Awaitable[Any]], Callable[..., Awaitable[None]]], Awaitable[None]]

# Answered for any host, so that a load balancer needs no tenant to ask.
PROBES = frozenset({"/healthz", "/readyz"})


def normalise_host(raw: str) -> str | None:
    """Lower case, no port, no trailing dot, IDNA. None when it cannot be a host name."""
    host = raw.strip().lower()
    if host.startswith("[") or not host:
        return None
    host = host.rsplit(":", 1)[0] if ":" in host else host
    try:
        host = host.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return host if 0 < len(host) <= 253 and "/" not in host and " " not in host else None


class HostMiddleware:
    """Binds the tenant named by the Host header; unknown hosts and suspended tenants never reach the app.

    `unknown`, `suspended` and `away` are ASGI apps given by the root: a neutral 404, a notice in the tenant's own brand,
    and a neutral 503 for when the registry can't be asked whose host this is.
    """

    def __init__(
        self,
        app: ASGIApp,
        directory: Directory,
        unknown: ASGIApp,
        suspended: Callable[[Tenant], ASGIApp],
        away: ASGIApp,
    ) -> None:
        self.app, self.directory, self.unknown, self.suspended, self.away = app, directory, unknown, suspended, away

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or scope.get("path") in PROBES:
            return await self.app(scope, receive, send)
        try:
            tenant = await self._tenant(scope)
        except (OperationalError, InterfaceError, PoolTimeout):
            return await self.away(scope, receive, send)
        if tenant is None:
            return await self.unknown(scope, receive, send)
        with bind(tenant):
            scope.setdefault("state", {})["tenant"] = tenant
            if tenant.state != "active":
                return await self.suspended(tenant)(scope, receive, send)
            return await self.app(scope, receive, send)

    async def _tenant(self, scope: Scope) -> Tenant | None:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:  # absent or doubled: somebody is trying to confuse a proxy
            return None
        host = normalise_host(hosts[0].decode("latin-1"))
        return await self.directory.by_host(host) if host else None
