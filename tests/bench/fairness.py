"""What a busy neighbour costs (threats P7): one tenant has a great many jobs due; how long do another's jobs and pages take?

The whole product runs in its own processes; the flood is put there by SQL, only what comes of it is measured.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.durability import storm

FLOOD, SAMPLES, LEADS = 100_000, 100, 50
BUSY, OTHER = "harbor", "summit"
# A score reckoned anew: a lead is read with its signals and rules, and written when it changed.
_JOBS = """
insert into spine.agenda (id, tenant_role, kind, args, key, due, actor)
select gen_random_uuid(), '{0.schema}', 'leads.rescore', jsonb_build_array(('{0.leads}'::text[])[1 + n % {3}]), {1}, clock_timestamp(),
  '{{"kind": "system"}}'
from generate_series(1, {2}) n returning 1
"""


class Side:
    """One of the two tenants: its schema, its leads, and whoever looks at the list of leads."""

    def __init__(self, schema: str, leads: list[UUID], cookies: dict[str, str]) -> None:
        self.schema, self.cookies = schema, cookies
        self.leads = "{" + ",".join(map(str, leads)) + "}"


def measure() -> None:
    house = storm.House(Path(tempfile.mkdtemp(prefix="marquee-fair-")))
    try:
        house.start()
        asyncio.run(_compare(house, *asyncio.run(_sides(house))))
    finally:
        house.stop()


async def _sides(house: storm.House) -> list[Side]:
    from app.core import boot, settings
    from app.core.runtime import runtime, stop
    from app.main import create_app
    from tests import database, world

    boot.start(settings.from_environment(database.environment(house.urls, storm.SECRET)), pool_size=2)
    try:
        cast = await world.cast(runtime(), create_app(runtime()))
        return [await _side(cast, slug) for slug in (BUSY, OTHER)]
    finally:
        await stop()


async def _side(cast: Any, slug: str) -> Side:
    from app.contacts import service as contacts
    from app.core.work import unit
    from app.leads import service as leads

    tenant = cast.tenants[slug]
    async with unit(tenant=tenant) as work:
        people = [
            await contacts.create(work, {"first_name": "Dana", "email": f"{n}@example.com"}) for n in range(LEADS)
        ]
        made = [await leads.create(work, contact.id, leads.LeadValues(source="bench")) for contact in people]
    browser = await cast.browser(slug, "ada")
    return Side(tenant.schema, [lead.id for lead in made], dict(browser.client.cookies))


async def _compare(house: storm.House, busy: Side, other: Side) -> None:
    storm.drain(house)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{house.port}", cookies=other.cookies, trust_env=False, timeout=30
    ) as client:
        before = await _figures("alone", house, other, client)
        house.ask(_JOBS.format(busy, "null", FLOOD, LEADS))
        beside = await _figures(f"beside {FLOOD:,} jobs", house, other, client)
    left = house.ask(f"select count(*) from spine.agenda where tenant_role = '{busy.schema}'")[0][0]
    print("times as long, p95: " + ", ".join(f"{name} {beside[name] / before[name]:.2f}" for name in before))
    print(f"jobs of the busy one left at the end: {left:,}")


async def _figures(when: str, house: storm.House, other: Side, client: httpx.AsyncClient) -> dict[str, float]:
    async def job() -> None:
        await asyncio.to_thread(_job_done, house, other)

    async def page() -> None:
        answer = await client.get("/agent/leads", headers={"Host": f"{OTHER}.localhost:{house.port}"})
        assert answer.status_code == 200, answer.status_code

    return {"job": await _p95(f"a job, {when}", job), "page": await _p95(f"GET /agent/leads, {when}", page)}


def _job_done(house: storm.House, side: Side) -> None:
    """From the row's commit until it is gone."""
    house.ask(_JOBS.format(side, "'bench'", 1, LEADS))
    while house.ask(f"select 1 from spine.agenda where tenant_role = '{side.schema}' and key = 'bench'"):
        time.sleep(0.005)


async def _p95(label: str, do: Callable[[], Awaitable[None]]) -> float:
    await do()
    taken = []
    for _ in range(SAMPLES):
        began = time.perf_counter()
        await do()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    p95 = taken[int(SAMPLES * 0.95) - 1]
    print(f"{label:<45} {SAMPLES} ×  {statistics.median(taken):>8.1f} ms   p95 {p95:>8.1f} ms", flush=True)
    return p95
