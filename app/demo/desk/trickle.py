"""Leads on demand, and one every half minute: posted to the intake API of the running demo like any publisher's."""

import asyncio
import random
from contextlib import suppress
from typing import Any

import httpx

from app.core import clock
from app.core.runtime import runtime
from app.demo import handbook
from app.demo.invented import consent, somebody
from app.demo.replies import answers

SECONDS = 30.0
FIRST_NUMBER = 9_000  # beyond everybody whom the world was made with


class NoPublisher(LookupError):
    """The world does not stand yet, or this tenant has nobody who sells leads."""


class Trickle:
    """On or off; `last` is what the latest lead came to."""

    def __init__(self) -> None:
        self.last = ""
        self._task: asyncio.Task[None] | None = None

    @property
    def on(self) -> bool:
        return self._task is not None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            with suppress(NoPublisher, httpx.HTTPError):
                self.last = await send_one("")
            await asyncio.sleep(SECONDS)


async def send_one(slug: str) -> str:
    """One lead to the tenant, or to any of them. Returns what came of it, in a line. Raises NoPublisher."""
    book = handbook.read()
    able = [tenant for tenant in (book.tenants if book else []) if tenant.publishers and slug in ("", tenant.slug)]
    if not able:
        raise NoPublisher("There is no publisher to send a lead for.")
    tenant = random.choice(able)
    number = FIRST_NUMBER + random.randrange(10_000)
    person = somebody(number)
    publisher = tenant.publishers[0]
    body: dict[str, Any] = {
        "offer": publisher.offers[0], "first_name": person.first_name, "last_name": person.last_name, "email": person.email,
        "phone": person.phone, "address": person.address, "city": person.city, "state": person.state, "zip": person.zip,
        "source": "demo desk", "consent": consent(tenant.name, clock.now(), number), **answers(tenant.blueprint, number),
    }  # fmt: skip
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        reply = await client.post(
            f"http://127.0.0.1:{runtime().settings.port}/intake/v1/leads", json=body,
            headers={"Host": tenant.url.removeprefix("http://"), "Authorization": f"Bearer {publisher.api_key}"},
        )  # fmt: skip
    status = reply.json().get("status", reply.status_code)
    return f"{person.first_name} {person.last_name} to {tenant.name}: {status}"
