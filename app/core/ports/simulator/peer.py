"""The simulator as one running thing: HTTP and SMTP doors on this machine, over one store."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP

from app.core import clock
from app.core.ports.simulator.courier import Courier
from app.core.ports.simulator.exchange import Exchange
from app.core.ports.simulator.http import Desk
from app.core.ports.simulator.mailroom import Mailroom
from app.core.ports.simulator.store import Message, Store

START_SECONDS = 20


class Simulator:
    """The parts, wired; `serve` runs until `stop` is set. The desk of the demo mounts `app` beside its
    pages.
    """

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        secret: str,
        pace: float = 1.0,
        now: Callable[[], datetime] = clock.now,
        sms_hook: str = "",
        mail_hook: str = "",
    ) -> None:
        self.store = Store(path)
        self.exchange = Exchange(self.store, now, pace, sms_hook)
        self.mailroom = Mailroom(self.store, now, pace, mail_hook)
        self.courier = Courier(self.store, secret, self.exchange.act, pace)
        self.mailroom.wake = self.courier.wake
        self.app = Desk(self.store, self.exchange, self.mailroom, secret, self.courier.wake)

    async def run_mail_and_courier(self, smtp: socket.socket, stop: asyncio.Event) -> None:
        """Everything but HTTP, which the caller may serve with pages of its own."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._smtp, sock=smtp)
        carrying = asyncio.create_task(self.courier.run())
        try:
            await stop.wait()
        finally:
            carrying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await carrying
            server.close()

    def _smtp(self) -> SMTP:
        return SMTP(self.mailroom, hostname="localhost", ident="ready", enable_SMTPUTF8=True)


def listen(port: int = 0) -> socket.socket:
    """A socket on this machine only; port 0 takes a free one."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(128)
    return sock


class _Server(uvicorn.Server):
    """Says when its door is open."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


class Peer:
    """A simulator in a thread of its own, for tests and the demo: `start`, use, `stop`; or a `with` block.

    With `pace=0` everything happens at once; `settle` waits until all that is due has been delivered.
    """

    def __init__(
        self,
        path: Path | str = ":memory:",
        *,
        secret: str = "simulator-secret",
        pace: float = 0.0,
        http_port: int = 0,
        smtp_port: int = 0,
        **options: Any,
    ) -> None:
        self.secret, self.simulator = secret, Simulator(path, secret=secret, pace=pace, **options)
        self._http, self._smtp = listen(http_port), listen(smtp_port)
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="simulator")

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self._http.getsockname()[1]}"

    smtp_host = "127.0.0.1"

    @property
    def smtp_port(self) -> int:
        return int(self._smtp.getsockname()[1])

    @property
    def mail_url(self) -> str:
        """As `MARQUEE_MAIL_URL` takes it."""
        return f"smtp://{self.smtp_host}:{self.smtp_port}?security=none"

    def start(self) -> "Peer":
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("The simulator did not start.")
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(START_SECONDS)
        self.simulator.store.close()

    def __enter__(self) -> "Peer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def settle(self, seconds: float = 30) -> None:
        """Wait until every webhook that is due has been answered with 2xx. Raises TimeoutError."""
        asyncio.run_coroutine_threadsafe(self.simulator.courier.settled(), self._loop).result(seconds)

    async def settled(self, seconds: float = 30) -> None:
        """The same for a caller whose own loop answers the webhooks."""
        waiting = asyncio.run_coroutine_threadsafe(self.simulator.courier.settled(), self._loop)
        await asyncio.wait_for(asyncio.wrap_future(waiting), seconds)

    def route(self, address: str, url: str, secret: str = "") -> None:
        """Where texts and calls to this number, or mail to this address or domain, are reported."""
        self.simulator.store.set_route(address, url, secret)

    def sms(self, to: str = "", direction: str = "out") -> list[Message]:
        return self._kept("sms", to, direction)

    def calls(self, to: str = "", direction: str = "out") -> list[Message]:
        return self._kept("call", to, direction)

    def mails(self, to: str = "", direction: str = "out") -> list[Message]:
        return self._kept("email", to, direction)

    def _kept(self, channel: str, to: str, direction: str) -> list[Message]:
        where = "channel = ? and direction = ? and (? = '' or recipient = ?)"
        return self.simulator.store.messages(where, channel, direction, to, to)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        config = uvicorn.Config(self.simulator.app, log_level="error", lifespan="off", access_log=False)
        server = _Server(config, self._ready)
        serving = asyncio.create_task(server.serve(sockets=[self._http]))
        rest = asyncio.create_task(self.simulator.run_mail_and_courier(self._smtp, self._stop))
        await self._stop.wait()
        server.should_exit = True
        await asyncio.gather(serving, rest)
