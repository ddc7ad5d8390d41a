"""Carries the errands: signs each webhook, posts it, and tries again until the other side says 2xx."""

import asyncio
import time
from collections.abc import Callable
from itertools import groupby
from urllib.parse import urlsplit

import httpx

from app.core.ports.signing import sign
from app.core.ports.simulator.exchange import PERSON
from app.core.ports.simulator.store import Errand, Store

MAX_ATTEMPTS = 12
SECONDS = 10


class Courier:
    """Runs in one loop; `wake` may be called from that loop when there is something new."""

    def __init__(self, store: Store, secret: str, act: Callable[[Errand], None], pace: float = 1.0) -> None:
        self._store, self._secret, self._act, self._pace = store, secret, act, pace
        self._news, self._idle = asyncio.Event(), asyncio.Event()

    def wake(self) -> None:
        self._idle.clear()
        self._news.set()

    async def settled(self) -> None:
        """Returns when nothing that is due is left undone."""
        self.wake()
        await self._idle.wait()

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            while True:
                self._news.clear()
                errands = self._store.due(time.time())
                if errands:
                    await self._carry(client, errands)
                    continue
                if self._nothing_fails():
                    self._idle.set()
                await self._wait()

    def _nothing_fails(self) -> bool:
        return not any(errand.attempts for errand in self._store.due(time.time() + 3600))

    async def _wait(self) -> None:
        due = self._store.next_due()
        try:
            await asyncio.wait_for(self._news.wait(), None if due is None else max(0.0, due - time.time()))
        except TimeoutError:
            pass

    async def _carry(self, client: httpx.AsyncClient, errands: list[Errand]) -> None:
        """One message's errands in their order, different messages side by side."""
        errands.sort(key=lambda errand: (errand.message, errand.due, errand.seq))
        groups = [list(group) for _, group in groupby(errands, key=lambda errand: errand.message)]
        await asyncio.gather(*(self._in_order(client, group) for group in groups))

    async def _in_order(self, client: httpx.AsyncClient, errands: list[Errand]) -> None:
        for errand in errands:
            await self._deliver(client, errand)

    async def _deliver(self, client: httpx.AsyncClient, errand: Errand) -> None:
        if errand.status and errand.attempts == 0:
            self._store.set_status(errand.message, errand.status, time.time() if errand.status == "answered" else None)
        if errand.content_type == PERSON:
            self._act(errand)
        if not errand.url or await self._post(client, errand):
            self._store.settle_errand(errand.seq, "done")
        elif errand.attempts + 1 >= MAX_ATTEMPTS:
            self._store.settle_errand(errand.seq, "failed")
        else:
            pause = 0.05 + min(2.0**errand.attempts, 60) * self._pace
            self._store.put_off(errand.seq, time.time() + pause)

    async def _post(self, client: httpx.AsyncClient, errand: Errand) -> bool:
        url, host = _reachable(errand.url)
        headers = {"content-type": errand.content_type, "host": host, **errand.headers}
        headers |= sign(errand.secret or self._secret, errand.id, errand.body)
        try:
            answer = await client.post(url, content=errand.body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success


def _reachable(url: str) -> tuple[str, str]:
    """`*.localhost` is this machine even where the resolver does not know it; the Host header keeps the
    name.
    """
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith(".localhost"):
        return url, parts.netloc
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"127.0.0.1{port}").geturl(), parts.netloc
