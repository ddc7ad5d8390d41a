"""The newest leads, through the front door of the running demo: they have just come in, and their mails leave for real."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import select

from app.core import clock
from app.core.runtime import runtime
from app.core.settings import settings
from app.core.work import job_unit
from app.demo import cast
from app.demo.arrivals import first_of_today, just_now, posted
from app.demo.cast import TenantCast
from app.demo.frontdoor import Door
from app.demo.handbook import Handbook, TenantEntry
from app.publishers.models import Submission

AT_ONCE = 8
TESTS, TEST_NUMBER = 4, 450


async def post_all(book: Handbook) -> str:
    """Every tenant's newest leads, and test posts for a publisher in test mode; never what was posted before, by a start that
    was stopped half-way. Returns what came of them, in words.
    """
    gate, url = asyncio.Semaphore(AT_ONCE), f"http://127.0.0.1:{settings().port}"

    async def post(door: Door, key: str, body: dict[str, Any]) -> None:
        async with gate:
            await door.post(key, body)

    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
        await _wait_for_web(client)
        doors = [(wanted, Door(client, entry)) for wanted, entry in zip(cast.TENANTS, book.tenants, strict=True)]
        waiting = [(door, one) for wanted, door in doors for one in await _not_yet(wanted, door.entry)]
        await asyncio.gather(*(post(door, *one) for door, one in waiting))
    outcome = sum((door.outcome for _, door in doors), start=Counter[str]())
    return ", ".join(f"{number} {status}" for status, number in outcome.most_common())


async def _not_yet(wanted: TenantCast, entry: TenantEntry) -> list[tuple[str, dict[str, Any]]]:
    """Those whose reference the tenant does not know."""
    tenant, bodies = await runtime().directory.by_slug(entry.slug), list(_bodies(wanted, entry))
    assert tenant is not None
    async with job_unit(tenant=tenant) as work:
        there = select(Submission.ref).where(Submission.ref.in_([body["ref"] for _, body in bodies]))
        known = set(await work.scalars(there))
    return [(key, body) for key, body in bodies if body["ref"] not in known]


def _bodies(wanted: TenantCast, entry: TenantEntry) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each with the key that it is posted with."""
    now = clock.now()
    for arrival in just_now(wanted, now):
        one, made = wanted.publishers[arrival.publisher], entry.publishers[arrival.publisher]
        yield made.api_key, posted(wanted, one, made.offers[0], arrival.number, now)
    for one, made in zip(wanted.publishers, entry.publishers, strict=True):
        for number in range(TESTS if one.state == "test" else 0):
            body = posted(wanted, one, made.offers[0], first_of_today(wanted) + TEST_NUMBER + number, now)
            yield made.api_key, {**body, "test": True}


async def _wait_for_web(client: httpx.AsyncClient) -> None:
    for _ in range(120):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.5)
    raise RuntimeError("The web process did not answer.")
