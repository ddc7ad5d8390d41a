"""What one process holds open: settings, the directory's pools, Redis. Made by the roots, found here by everybody."""

from dataclasses import dataclass

from redis.asyncio import BlockingConnectionPool, Redis

from app.core import crypto
from app.core.settings import Settings
from tenants.directory import Directory
from tenants.registry import Tenant


@dataclass(slots=True)
class Runtime:
    settings: Settings
    directory: Directory
    redis: Redis
    boxes: dict[str, crypto.Box]

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
