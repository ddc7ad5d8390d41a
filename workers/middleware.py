"""What surrounds the actors: the runtime of this process, and its sign of life."""

import asyncio
from contextlib import suppress
from typing import Any

import dramatiq
from dramatiq.asyncio import get_event_loop_thread
from redis.exceptions import RedisError

from app.core import clock
from app.core.boot import boot
from app.core.probes import HEARTBEAT, HEARTBEAT_SECONDS
from app.core.runtime import runtime, stop

PULSE_SECONDS = 1.0


class Alive(dramatiq.Middleware):
    """Opens the runtime once the worker is up, then shows itself once a second, and closes at the end."""

    def after_worker_boot(self, broker: Any, worker: Any) -> None:
        boot(pool_size=8)
        thread = get_event_loop_thread()
        if thread is not None:
            asyncio.run_coroutine_threadsafe(_pulse(), thread.loop)

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        thread = get_event_loop_thread()
        if thread is not None:
            thread.run_coroutine(stop())


async def _pulse() -> None:
    """The key that `/readyz` looks for, and the shared clock of a demo."""
    while True:
        with suppress(RedisError, OSError):
            await runtime().redis.set(HEARTBEAT, "1", ex=HEARTBEAT_SECONDS)
        if runtime().settings.playful:
            await clock.keep_following(runtime().directory.control())
        await asyncio.sleep(PULSE_SECONDS)
