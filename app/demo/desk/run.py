"""The desk as one process: HTTP on MARQUEE_DESK_PORT, SMTP on the port after it, one store that survives a kill."""

import asyncio

import uvicorn

from app.core import boot, clock
from app.core.ports.simulator.peer import Simulator, listen
from app.core.runtime import runtime
from app.demo import cast
from app.demo.desk.pages import Desk

PACE = 0.4  # of real time: a call that rings for 25 s elsewhere rings for 10 s here


def run() -> None:
    """Serve until told to stop."""
    opened = boot.boot(pool_size=2)
    asyncio.run(_serve(opened.settings.desk_port or opened.settings.port + 1))


async def _serve(port: int) -> None:
    settings = runtime().settings
    simulator = Simulator(settings.data_dir / "desk.sqlite", secret=settings.carrier_secret, pace=PACE)
    _connect(simulator)
    desk = Desk(simulator)
    server = uvicorn.Server(
        uvicorn.Config(desk, host="127.0.0.1", port=port, log_level="warning", access_log=False, server_header=False)
    )
    stop = asyncio.Event()
    beside = asyncio.create_task(simulator.run_mail_and_courier(listen(port + 1), stop))
    following = asyncio.create_task(_follow_clock())
    try:
        await server.serve()
    finally:
        desk.trickle.stop()
        following.cancel()
        stop.set()
        await beside


def _connect(simulator: Simulator) -> None:
    """Whose numbers and mailboxes these are: what comes in goes to the tenant's own hooks."""
    settings = runtime().settings
    for wanted in cast.TENANTS:
        origin = settings.origin(f"{wanted.slug}.{settings.platform_domain}")
        simulator.store.set_route(wanted.phone, f"{origin}/hooks/carrier")
        domain = wanted.brand["sender_address"].rsplit("@", 1)[1]
        simulator.store.set_route(domain, f"{origin}/hooks/mail")


async def _follow_clock() -> None:
    while True:
        await clock.keep_following(runtime().directory.control())
        await asyncio.sleep(1)
