"""How every process starts: settings, logging, runtime; and the kernel for those that may provision."""

import logging
from functools import cache
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core import blueprints, clock, crypto
from app.core.runtime import Runtime, start
from app.core.runtime import runtime as opened
from app.core.settings import Settings, settings
from app.core.work import on_connection
from tenants import migrate
from tenants.binding import bound_or_none, make_engine
from tenants.kernel import Kernel
from tenants.registry import Tenant

MASKED = ("password", "secret", "token", "code", "authorization", "cookie", "phone", "email", "ssn", "body", "text")


def boot(given: Settings | None = None, *, pool_size: int = 10) -> Runtime:
    """Configure logging and open the runtime."""
    chosen = given or settings()
    configure_logging(chosen.log_format)
    return start(chosen, pool_size=pool_size)


@cache
def worker_kernel() -> Kernel:
    """This worker process's kernel: for the few effects that write the registry on the owner's connection."""
    return kernel(opened())


def kernel(runtime: Runtime) -> Kernel:
    """What provisioning and migrations need: the owner's engine and the seeds that the kernel may not import."""
    return Kernel(
        directory=runtime.directory,
        owner=make_engine(runtime.settings.owner_database_url, pool_size=4),
        app_login=runtime.settings.app_login,
        clock=clock.now,
        new_key=lambda: crypto.new_wrapped_key(runtime.settings.secret_key),
        ddl=migrate.tenant_script,
        head=migrate.head,
        seed=_seed,
    )


async def _seed(connection: AsyncConnection, tenant: Tenant, options: dict[str, Any]) -> None:
    """A blueprint's rows, in the provisioning transaction; then whatever the options ask of the slices."""
    async with on_connection(connection, tenant) as work:
        work.info["provisioning"] = options
        await blueprints.apply(work, tenant.blueprint)


def configure_logging(form: str) -> None:
    """One JSON line per record with tenant and trace; values that may be personal or secret are masked.

    `form`: json, console, or quiet (warnings only, for commands that show progress).
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_tenant,
            _mask,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if form == "console" else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if form == "quiet" else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _add_tenant(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    tenant = bound_or_none()
    if tenant is not None:
        event.setdefault("tenant", tenant.slug)
    return event


def _mask(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: "…" if any(word in key.lower() for word in MASKED) else value for key, value in event.items()}
