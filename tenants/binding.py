"""How a transaction becomes a tenant's, and how the tenant hangs in the air around a request or a job.

The rule that everything rests on: role and search path are set *inside* each transaction, transaction-locally, in one
round trip, by one hook on the engine. A session-level SET leaked to other clients through a pooler 20 times of 20.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tenants.registry import Tenant

_current: ContextVar[Tenant | None] = ContextVar("tenant", default=None)

DIRECTORY = "marquee_directory"
RELAY = "marquee_relay"
WEB_TIMEOUT_MS = 5_000
JOB_TIMEOUT_MS = 60_000


class NoTenantBound(RuntimeError):
    """Something asked for the tenant outside a request or a job. There is no default tenant."""


class WrongTenant(RuntimeError):
    """A transaction was about to touch another tenant than the one in the air."""


def bound() -> Tenant:
    """The tenant of this request or job. Raises NoTenantBound where there is none."""
    tenant = _current.get()
    if tenant is None:
        raise NoTenantBound("no tenant is bound here")
    return tenant


def bound_or_none() -> Tenant | None:
    return _current.get()


@contextmanager
def bind(tenant: Tenant | None) -> Iterator[None]:
    """Hang the tenant in the air for the length of the block; None clears it."""
    token = _current.set(tenant)
    try:
        yield
    finally:
        _current.reset(token)


def make_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine whose every transaction starts by taking on the role named in its execution options.

    `prepare_threshold=None` keeps it safe behind a transaction pooler; connections live 30 minutes at most because a
    backend's catalog memory grows with each tenant that it touches.
    """
    engine = create_async_engine(
        psycopg_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_recycle=1_800,
        pool_timeout=10,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,  # what people typed must not reach the log with an error
        connect_args={"prepare_threshold": None, "connect_timeout": 3},
    )
    event.listen(engine.sync_engine, "begin", _take_on_role)
    return engine


def psycopg_url(url: str) -> str:
    """Spell a plain `postgresql://` URL for SQLAlchemy's psycopg driver."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def _take_on_role(connection: Connection) -> None:
    options = connection.get_execution_options()
    role = options.get("role")
    if role is None:
        return  # unbound: the login role's own path is empty, so tenant tables cannot be reached
    connection.exec_driver_sql(
        "select set_config('role', %s, true), set_config('search_path', %s, true),"
        " set_config('statement_timeout', %s, true)",
        (role, options.get("path", ""), str(options.get("timeout_ms", WEB_TIMEOUT_MS))),
    )


def as_tenant(engine: AsyncEngine, tenant: Tenant, *, timeout_ms: int = WEB_TIMEOUT_MS) -> AsyncEngine:
    """The same pool, with every transaction bound to the tenant. Raises WrongTenant if another one is in the air."""
    around = _current.get()
    if around is not None and around.id != tenant.id:
        raise WrongTenant(f"bound to {around.id}, asked for {tenant.id}")
    return engine.execution_options(role=tenant.schema, path=tenant.schema, timeout_ms=timeout_ms)
