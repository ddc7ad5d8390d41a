"""The last day's leads, through the front door: HTTP posts to the intake API of the running demo."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx

from app.core import clock
from app.core.settings import settings
from app.demo import cast
from app.demo.cast import TenantCast
from app.demo.handbook import Handbook, TenantEntry
from app.demo.history import posted

FIRST_NUMBER = 6_000
AT_ONCE = 8


async def post_all(book: Handbook) -> str:
    """Every tenant's share of today. Returns what came of them, in words."""
    outcome: Counter[str] = Counter()
    gate = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings().port}", trust_env=False, timeout=30) as client:
        await _wait_for_web(client)
        jobs = [
            _post(client, gate, entry, publisher, body, outcome)
            for wanted, entry in zip(cast.TENANTS, book.tenants, strict=True)
            for publisher, body in _bodies(wanted, entry)
        ]
        await asyncio.gather(*jobs)
    return ", ".join(f"{number} {status}" for status, number in outcome.most_common())


def _bodies(wanted: TenantCast, entry: TenantEntry) -> list[tuple[str, dict[str, Any]]]:
    """Test posts for a publisher in test mode, and each live one's share."""
    live = [(one, made) for one, made in zip(wanted.publishers, entry.publishers, strict=True) if one.share]
    weights = [one.share for one, _ in live]
    first = FIRST_NUMBER + cast.TENANTS.index(wanted) * 500
    bodies = []
    for number in range(first, first + wanted.today):
        one, made = live[_turn(number, weights)]
        bodies.append((made.api_key, posted(wanted, one, made.offers[0], number, clock.now() - timedelta(minutes=5))))
    for one, made in zip(wanted.publishers, entry.publishers, strict=True):
        if one.state == "test":
            bodies += [
                (made.api_key, {**posted(wanted, one, made.offers[0], first + 450 + n, clock.now()), "test": True})
                for n in range(4)
            ]
    return bodies


def _turn(number: int, weights: list[int]) -> int:
    """Spread by weight, the same every time."""
    place = number % sum(weights)
    for index, weight in enumerate(weights):
        if place < weight:
            return index
        place -= weight
    return 0


async def _post(
    client: httpx.AsyncClient,
    gate: asyncio.Semaphore,
    entry: TenantEntry,
    key: str,
    body: dict[str, Any],
    outcome: Counter[str],
) -> None:
    headers = {"Host": entry.url.removeprefix("http://"), "Authorization": f"Bearer {key}"}
    async with gate:
        for _ in range(5):
            reply = await client.post("/intake/v1/leads", json=body, headers=headers)
            if reply.status_code != 429:
                break
            await asyncio.sleep(min(5, int(reply.headers.get("Retry-After", "1"))))
    outcome[str(reply.json().get("status", reply.status_code))] += 1


async def _wait_for_web(client: httpx.AsyncClient) -> None:
    for _ in range(120):
        try:
            if (await client.get("/healthz")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.5)
    raise RuntimeError("The web process did not answer.")
