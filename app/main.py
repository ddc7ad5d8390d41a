"""The web root: every slice's pages behind the host, one unit of work a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, asgi
from litestar.config.app import AppConfig
from litestar.di import Provide

from app.core import boot, clock, faults, live, probes, shield, squeeze, static
from app.core.runtime import Runtime, runtime, stop
from app.core.web import PUBLIC, provide_work
from app.messages.service import trust_shipped
from app.slices import load_for_web
from tenants.host import HostMiddleware
from themes.catalogue import read_all

CLOCK_SECONDS = 1.0
SETTLED_SECONDS = 5.0
BODY_LIMIT = 10 * 1024 * 1024


def create_app(opened: Runtime | None = None) -> Any:
    """The ASGI app: shield (headers, limits) → compression → host → Litestar."""
    opened = opened or boot.boot()

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        trust_shipped()  # once, before anybody waits for it
        beside = [asyncio.create_task(_read_texts())]
        if opened.settings.playful:
            beside.append(asyncio.create_task(_follow_clock()))
        try:
            async with live.running():
                yield
        finally:
            for task in beside:
                task.cancel()
            await stop()

    app = Litestar(
        route_handlers=[*load_for_web(), *probes.HANDLERS, *live.HANDLERS, *_FILES],
        dependencies={"work": Provide(provide_work)},
        exception_handlers=faults.HANDLERS,
        lifespan=[lifespan],
        openapi_config=None,
        request_max_body_size=BODY_LIMIT,
        on_app_init=[_quiet],
    )
    hosted = HostMiddleware(app, opened.directory, faults.unknown_host, faults.suspended, faults.away)
    return shield.Shield(squeeze.Squeeze(hosted))


_OPEN = {"permission": PUBLIC}
_FILES = [
    asgi("/assets", is_mount=True, opt=_OPEN, copy_scope=True)(static.assets),
    asgi("/brand", is_mount=True, opt=_OPEN, copy_scope=True)(static.brand),
]


def _quiet(config: AppConfig) -> AppConfig:
    """Our own structured log says what happened; the framework's would print bodies and cookies."""
    config.logging_config = None
    return config


async def _read_texts() -> None:
    """Most of a second that no reader's first page should take, nor the start itself."""
    await asyncio.sleep(SETTLED_SECONDS)
    await asyncio.to_thread(read_all)


async def _follow_clock() -> None:
    while True:
        await clock.keep_following(runtime().directory.control())
        await asyncio.sleep(CLOCK_SECONDS)
