"""The relay: from the agenda to Dramatiq, twice a second or when nudged. It may die at any instruction."""

import asyncio
import signal
from contextlib import suppress

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.core import clock
from app.core.agenda.relay import take
from app.core.boot import boot
from app.core.runtime import Runtime
from app.core.work import NUDGE
from workers.main import ACTORS

IDLE_SECONDS = 0.5
PACE_SECONDS = 0.03  # between rounds while there is plenty: each takes more at once, and workers keep the processor
TROUBLE_SECONDS = 1.0
log = structlog.get_logger()


def main() -> None:
    """Forked beside the workers; ends with them."""
    signal.signal(signal.SIGTERM, lambda *_: exit(0))
    with suppress(KeyboardInterrupt, SystemExit):
        asyncio.run(_run())


async def _run() -> None:
    runtime = boot(pool_size=2)
    while True:
        try:
            if runtime.settings.playful:
                await clock.follow(runtime.directory.control())
            if await _round(runtime):
                await asyncio.sleep(PACE_SECONDS)
            else:
                await _wait(runtime)
        except (SQLAlchemyError, RedisError, OSError) as error:
            log.warning("relay", error=type(error).__name__)  # its connection dies with the server: look again
            await asyncio.sleep(TROUBLE_SECONDS)


async def _round(runtime: Runtime) -> bool:
    """Hand out what is due; whether there may be more. A row that Redis did not take goes out again when its lease ends."""
    more = False
    for database in runtime.directory.databases:
        rows = await take(runtime.directory.relay(database), clock.now())
        for row in rows or []:
            ACTORS[row.queue].send(row.tenant_role, str(row.id), row.lease)
        more = more or rows is None or bool(rows)
    return more


async def _wait(runtime: Runtime) -> None:
    try:
        await runtime.redis.blpop([NUDGE], timeout=IDLE_SECONDS)
    except (RedisError, OSError):
        await asyncio.sleep(IDLE_SECONDS)
