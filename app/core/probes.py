"""Health and metrics: for machines, on any host but for the figures."""

from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.metrics import exposition
from app.core.runtime import runtime
from tenants.binding import bound_or_none

HEARTBEAT = "worker:alive"
HEARTBEAT_SECONDS = 15


@get("/healthz", opt={"permission": "public", "bare": True}, sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", opt={"permission": "public", "bare": True})
async def readyz() -> Response[dict[str, Any]]:
    """Database, Redis and a worker that showed itself within 15 seconds."""
    parts = {"database": await _database(), "redis": await _redis(), "worker": await _worker()}
    ready = all(parts.values())
    return Response({"ready": ready, **parts}, status_code=200 if ready else 503)


@get("/metrics", opt={"permission": "public", "bare": True}, sync_to_thread=False)
def metrics() -> Response[bytes]:
    """On the console's host only."""
    tenant = bound_or_none()
    if tenant is None or tenant.blueprint != "operator":
        raise NotFoundException
    return Response(exposition(), media_type="text/plain; version=0.0.4")


async def _database() -> bool:
    try:
        async with runtime().directory.control().connect() as connection:
            await connection.execute(text("select 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def _redis() -> bool:
    try:
        return bool(await runtime().redis.ping())
    except (RedisError, OSError):
        return False


async def _worker() -> bool:
    try:
        return bool(await runtime().redis.exists(HEARTBEAT))
    except (RedisError, OSError):
        return False


HANDLERS = [healthz, readyz, metrics]
