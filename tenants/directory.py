"""Where a tenant's rows live: tenant → database, host → tenant, both through a short cache."""

import asyncio
import time
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tenants import registry
from tenants.binding import DIRECTORY, JOB_TIMEOUT_MS, RELAY, WEB_TIMEOUT_MS, as_tenant, make_engine
from tenants.registry import Tenant

CACHE_SECONDS = 2.0
CACHE_ENTRIES = 10_000


class Directory:
    """Engines by database name, and tenants by host, id, slug or schema.

    `urls` maps a database's name to the app login's URL; `default` also holds `control`. Entries live two seconds, so
    a suspension or a published brand is seen by every process within that time without a message between them.
    """

    def __init__(self, urls: Mapping[str, str], *, pool_size: int = 10) -> None:
        self._engines = {name: make_engine(url, pool_size=pool_size) for name, url in urls.items()}
        self._cache: dict[tuple[str, object], tuple[float, Tenant | None]] = {}
        self._asking: dict[tuple[str, object], asyncio.Task[Tenant | None]] = {}

    @property
    def databases(self) -> tuple[str, ...]:
        return tuple(self._engines)

    def control(self) -> AsyncEngine:
        """Read-only sight of the registry."""
        return self._engines["default"].execution_options(role=DIRECTORY, path="", timeout_ms=WEB_TIMEOUT_MS)

    def tenant(self, tenant: Tenant, *, timeout_ms: int = WEB_TIMEOUT_MS) -> AsyncEngine:
        """The tenant's own database with every transaction bound to it."""
        return as_tenant(self._engines[tenant.database], tenant, timeout_ms=timeout_ms)

    def relay(self, database: str) -> AsyncEngine:
        """All tenants' agenda rows of one database; nothing else is visible to this role."""
        return self._engines[database].execution_options(role=RELAY, path="", timeout_ms=JOB_TIMEOUT_MS)

    async def by_host(self, host: str) -> Tenant | None:
        return await self._find("host", host)

    async def by_id(self, tenant_id: UUID) -> Tenant | None:
        return await self._find("id", tenant_id)

    async def by_slug(self, slug: str) -> Tenant | None:
        return await self._find("slug", slug)

    async def by_schema(self, schema: str) -> Tenant | None:
        return await self._find("schema", schema)

    async def everyone(self) -> list[Tenant]:
        """Every tenant that is not deleted; uncached."""
        async with self.control().connect() as connection:
            return await registry.everyone(connection)

    async def data_key(self, tenant: Tenant) -> list[tuple[int, bytes]]:
        """The tenant's wrapped data keys, newest first, as (version, wrapped key)."""
        async with self.control().connect() as connection:
            rows = await connection.execute(
                text("select version, wrapped from control.tenant_keys where tenant_id = :id order by version desc"),
                {"id": tenant.id},
            )
            return [(row.version, bytes(row.wrapped)) for row in rows]

    def forget(self) -> None:
        """Drop the cache: whoever changes the registry sees the change at once."""
        self._cache.clear()

    async def close(self) -> None:
        for engine in self._engines.values():
            await engine.dispose()

    async def _find(self, by: str, value: object) -> Tenant | None:
        at, tenant = self._cache.get((by, value), (0.0, None))
        if time.monotonic() - at < CACHE_SECONDS:
            return tenant
        # Many ask for the same host in the same instant: one of them asks the registry for all.
        task = self._asking.get((by, value))
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._asking[(by, value)] = asyncio.ensure_future(self._ask(by, value))
            task.add_done_callback(lambda done: self._asking.pop((by, value), None))
        return await asyncio.shield(task)

    async def _ask(self, by: str, value: object) -> Tenant | None:
        async with self.control().connect() as connection:
            tenant = await registry.find(connection, by, value)
        if len(self._cache) >= CACHE_ENTRIES:  # a flood of made-up hosts must not fill the memory
            self._cache.clear()
        self._cache[(by, value)] = (time.monotonic(), tenant)
        return tenant
