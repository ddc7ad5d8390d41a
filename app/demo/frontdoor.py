"""Today's leads through the product's front door while the past is lived through: real posts, each at its own minute."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pkgutil import resolve_name
from typing import Any
from uuid import UUID

import httpx
import uvicorn

from app.core import clock
from app.core.runtime import runtime
from app.demo.arrivals import Arrival, posted
from app.demo.cast import TenantCast
from app.demo.handbook import TenantEntry
from app.demo.virtual import Past

PRODUCT = "app.main:create_app"  # by name, as a server is given it
MOMENT = timedelta(seconds=1)  # a post takes less, and its followers are due within it
PATIENCE = 5  # tries where a limit says to wait


class Door:
    """Where publishers of one tenant post to. `outcome` counts the answers by status."""

    def __init__(self, client: httpx.AsyncClient, entry: TenantEntry) -> None:
        self.client, self.entry, self.outcome = client, entry, Counter[str]()

    async def knock(self, past: Past, wanted: TenantCast, arrival: Arrival) -> UUID | None:
        """Post at the arrival's moment and do what follows then. The lead that came of it, if one did."""
        publisher, one = self.entry.publishers[arrival.publisher], wanted.publishers[arrival.publisher]
        body = posted(wanted, one, publisher.offers[0], arrival.number, arrival.at)
        await past.until(arrival.at)
        with _clock_at(past.now):
            reply = await self.post(publisher.api_key, body)
        past.look_again()
        await past.until(past.now + MOMENT)
        return UUID(reply["id"]) if reply.get("status") == "accepted" else None

    async def post(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        """What the intake API answers; it may ask to wait a moment first."""
        headers = {"Host": self.entry.url.removeprefix("http://"), "Authorization": f"Bearer {key}"}
        for _ in range(PATIENCE):
            reply = await self.client.post("/intake/v1/leads", json=body, headers=headers)
            if reply.status_code != 429:
                break
            await asyncio.sleep(min(5, int(reply.headers.get("Retry-After", "1"))))
        answer: dict[str, Any] = reply.json()
        self.outcome[str(answer.get("status", reply.status_code))] += 1
        return answer


@contextmanager
def _clock_at(moment: datetime) -> Iterator[None]:
    """For the whole process: what answers at the door runs in tasks of its own."""
    clock.use_offset(moment - clock.real_now())
    try:
        yield
    finally:
        clock.use_offset(clock.NO_SHIFT)


@asynccontextmanager
async def front_door(entry: TenantEntry) -> AsyncIterator[Door]:
    """The product behind a socket of this process, whose clock stands where the past has come to."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(resolve_name(PRODUCT)(runtime()), lifespan="off", log_level="error", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
            yield Door(client, entry)
    finally:
        server.should_exit = server.force_exit = True
        await serving
