"""What one process holds open: settings, the directory's pools, Redis. Made by the roots, found here by everybody."""

import time
from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis

from app.core import crypto
from app.core.settings import Settings
from tenants.directory import Directory
from tenants.registry import Tenant

AWAY_SECONDS = 2.0


@dataclass(slots=True)
class Runtime:
    """`redis` carries hints and counts requests; whoever can do without it asks `redis_is_away` first, so
    that while it hangs nobody else waits for the same time-out again.
    """

    settings: Settings
    directory: Directory
    redis: Redis
    boxes: dict[str, crypto.Box]
    redis_away_until: float = 0.0

    def redis_is_away(self) -> bool:
        """Whether it failed within the last two seconds."""
        return time.monotonic() < self.redis_away_until

    def redis_failed(self) -> None:
        self.redis_away_until = time.monotonic() + AWAY_SECONDS

    async def box(self, tenant: Tenant) -> crypto.Box:
        """The tenant's cipher; its keys are unwrapped once per process."""
        if tenant.schema not in self.boxes:
            keys = await self.directory.data_key(tenant)
            secret = self.settings.secret_key
            self.boxes[tenant.schema] = crypto.Box(
                str(tenant.id), {version: crypto.unwrap(secret, wrapped) for version, wrapped in keys}
            )
        return self.boxes[tenant.schema]


_runtime: Runtime | None = None


def start(settings: Settings, *, pool_size: int = 10) -> Runtime:
    """Open the pools of this process. Connections are made when first used."""
    global _runtime
    directory = Directory({"default": settings.database_url}, pool_size=pool_size)
    # A pool that waits for a free connection: the usual one raises from the hundredth on, as if Redis were away.
    waiting = {"socket_connect_timeout": 1, "socket_timeout": 2, "timeout": 2, "max_connections": 50}
    redis = Redis.from_pool(BlockingConnectionPool.from_url(settings.redis_url, decode_responses=True, **waiting))
    _runtime = Runtime(settings, directory, redis, {})
    return _runtime


def runtime() -> Runtime:
    if _runtime is None:
        raise RuntimeError("no runtime: a root must call app.core.runtime.start first")
    return _runtime


async def stop() -> None:
    """Close what `start` opened."""
    global _runtime
    if _runtime is not None:
        await _runtime.directory.close()
        await _runtime.redis.aclose()
        _runtime = None
