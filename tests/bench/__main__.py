"""`make bench`: figures of this machine, on servers of its own. Trust the ratios; a loaded machine moves the rest.

Each line says what was done, how often, and the median and 95th percentile in milliseconds.
`ARGS=reports` measures the reports over 100,000 leads alone, `ARGS=queue` an agent's queue over as many, `ARGS=imports` an
import of 20,000 rows, `ARGS=pages` the first view of every page of a demo that runs already,
`ARGS=fairness` the jobs and pages of one tenant beside a flood of another's.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from infra.local.postgres import Postgres
from infra.local.redis import Redis
from tests import database
from tests.bench import fairness, imports, pages, queue, reports
from tests.world import let_rest

SECRET = "a secret that only the bench knows, long enough"


def main() -> None:
    if "fairness" in sys.argv:
        fairness.measure()
        return
    if "pages" in sys.argv:
        pages.measure(*sys.argv[2:3])
        return
    folder = Path(tempfile.mkdtemp(prefix="marquee-bench-"))
    postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
    postgres.start()
    redis.start()
    try:
        urls = {
            "superuser": postgres.superuser_url, "owner": postgres.owner_url("{db}"), "app": postgres.app_url("{db}"), "redis": redis.url,
        }  # fmt: skip
        database.make_template(urls, SECRET)
        os.environ.update(database.environment(database.clone(urls, "bench"), SECRET))
        asyncio.run(_measure())
    finally:
        postgres.drop()
        redis.drop()


async def _measure() -> None:
    from app.core import boot, settings
    from app.core.runtime import stop
    from app.slices import load_for_web

    settings.settings.cache_clear()
    load_for_web()
    runtime = boot.boot()
    boot.configure_logging("quiet")
    kernel = boot.kernel(runtime)
    try:
        if "imports" in sys.argv:
            return await imports.measure(runtime)
        if "queue" in sys.argv:
            return await _queue(runtime, kernel)
        if "reports" not in sys.argv:
            await _provisioning(kernel)
            await _migrations(kernel)
            await _binding(runtime)
            await _pages(runtime)
        await reports.measure(runtime, kernel, _clock)
        if "reports" not in sys.argv:
            await imports.measure(runtime)
    finally:
        await kernel.owner.dispose()
        await stop()


async def _queue(runtime: Any, kernel: Any) -> None:
    from app.main import create_app
    from tests import world

    cast = await world.cast(runtime, create_app(runtime))
    await reports.fill(kernel, cast.tenants["harbor"])
    await queue.measure(cast, _clock)


async def _clock(label: str, times: int, do: Callable[[], Awaitable[Any]]) -> None:
    await do()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await do()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    print(
        f"{label:<58} {times:>4} ×  {statistics.median(taken):>8.1f} ms   p95 {taken[int(len(taken) * 0.95) - 1]:>8.1f} ms",
        flush=True,
    )


async def _provisioning(kernel: Any) -> None:
    from dataclasses import replace

    from tenants import provision

    async def nothing(*_args: Any) -> None:
        """No blueprint rows: what the schema alone costs."""

    async def create(with_rows: bool) -> None:
        slug = f"b{uuid4().hex[:12]}"
        spec = provision.Spec(
            id=uuid4(), slug=slug, name=slug, blueprint="debt-resolution", hosts=(f"{slug}.localhost",)
        )
        await provision.create(kernel if with_rows else replace(kernel, seed=nothing), spec)

    await _clock("provision: schema, role, grants, stamp", 15, lambda: create(False))
    await _clock("provision: the same with the blueprint's rows", 15, lambda: create(True))
    await let_rest(kernel)


async def _migrations(kernel: Any) -> None:
    from tenants import migrate

    await _clock("migrate: nothing to do", 50, lambda: migrate.run(kernel.owner, kernel.app_login))


async def _binding(runtime: Any) -> None:
    from app.core.work import unit

    tenant = await runtime.directory.by_slug("harbor")

    async def bound() -> None:
        async with unit(tenant=tenant) as work:
            await work.execute(text("select 1"))

    async def unbound() -> None:
        async with runtime.directory.control().connect() as connection:
            await connection.execute(text("select 1"))

    await _clock("one statement in a unit of work", 300, bound)
    await _clock("one statement as the directory", 300, unbound)


async def _pages(runtime: Any) -> None:
    from app.contacts import service as contacts
    from app.core.work import unit
    from app.leads import service as leads
    from app.main import create_app
    from tests import world

    cast = await world.cast(runtime, create_app(runtime))
    async with unit(tenant=cast.tenants["harbor"]) as work:
        for number in range(300):
            contact = await contacts.create(
                work, {"first_name": "Dana", "last_name": f"No {number}", "email": f"d{number}@example.com"}
            )
            lead = await leads.create(work, contact.id, leads.LeadValues(source="bench"))
    ada = await cast.browser("harbor", "ada")
    await _next_lead(cast, lead.id)
    for path in (
        "/agent/leads", f"/agent/leads/{lead.id}", "/agent", "/admin", "/agent/numbers", "/admin/reports/pipeline", "/admin/reports/money",
    ):  # fmt: skip
        await _clock(f"GET {path.replace(str(lead.id), '{id}')}", 40, lambda path=path: ada.get(path))


async def _next_lead(cast: Any, lead_id: Any) -> None:
    """What saving an outcome waits for, and what is fetched ahead of it."""
    from uuid import UUID

    from sqlalchemy import select

    from app.calls.models import Call
    from app.core.work import unit

    ada = await cast.browser("harbor", "ada")
    htmx = {"HX-Request": "true"}

    async def save() -> None:
        await ada.post(f"/agent/leads/{lead_id}/calls/log", {"outcome": "no_answer", "notes": "bench"})
        async with unit(tenant=cast.tenants["harbor"]) as work:
            call: UUID | None = await work.scalar(select(Call.id).order_by(Call.at.desc()).limit(1))
        await ada.post(f"/agent/calls/{call}/undo")

    async def ahead() -> None:
        for path in ("/agent/queue/at-hand?lead={id}", *(f"/agent/leads/{{id}}/{part}" for part in PARTS)):
            await ada.get(path.replace("{id}", str(lead_id)), headers=htmx)

    await _clock("an outcome saved and taken back", 30, save)
    await _clock("the next lead with its parts, fetched ahead", 30, ahead)


PARTS = ("call-bar?in=queue", "reach?in=queue", "timeline")


if __name__ == "__main__":
    main()
