"""A report's page and its files over 100,000 leads, whose rows are put there by SQL: only the reading is measured."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import text

from app.core.work import job_unit, unit
from tenants.binding import bind
from tests.bench import queue

ROWS = 100_000
_CONTACTS = """
insert into contacts (id, first_name, last_name, email, phone, state, created_at, updated_at)
select gen_random_uuid(), 'Dana', 'No ' || n, 'many' || n || '@example.com', '+1727' || lpad(n::text, 7, '0'),
  (array['FL','GA','TX','CA'])[1 + n % 4], now(), now()
from generate_series(1, :rows) n
"""
_LEADS = """
insert into leads (id, contact_id, pipeline_id, stage_id, stage_since, source, cost_amount, first_contact_at, created_at, updated_at)
select gen_random_uuid(), c.id, s.pipeline_id, s.id, now(), 'bench', 4500,
  case when random() < 0.5 then now() - interval '1 day' end, now() - random() * interval '27 days', now()
from (select id, row_number() over () as n from contacts where email like 'many%') c
join (select id, pipeline_id, row_number() over (order by position) as n, count(*) over () as of from stages
      where pipeline_id = (select id from pipelines order by position limit 1)) s on s.n = 1 + c.n % s.of
"""


PAGES = (
    "/admin", "/admin/charts", "/admin/reports/pipeline", "/admin/reports/pipeline/figures", "/admin/reports/money",
    "/admin/reports/money/figures",
)  # fmt: skip


async def measure(
    runtime: Any, kernel: Any, clock: Callable[[str, int, Callable[[], Awaitable[Any]]], Awaitable[None]]
) -> None:
    from app.main import create_app
    from tests import world

    cast = await world.cast(runtime, create_app(runtime))
    tenant = cast.tenants["harbor"]
    await fill(kernel, tenant)
    ada = await cast.browser("harbor", "ada")
    await queue.measure(cast, clock)
    for path in PAGES:
        await clock(f"GET {path}, {ROWS:,} leads", 5, lambda path=path: ada.get(path))
    for kind in ("rows", "xlsx", "pdf"):
        await _file(ada, tenant, kind)


async def fill(kernel: Any, tenant: Any) -> None:
    """The rows, and what Postgres does by itself a minute later."""
    async with job_unit(tenant=tenant) as work:
        await work.execute(text(_CONTACTS), {"rows": ROWS})
        await work.execute(text(_LEADS))
    async with kernel.owner.begin() as connection:
        await connection.execute(text(f"analyze {tenant.schema}.leads, {tenant.schema}.contacts"))


async def _file(ada: Any, tenant: Any, kind: str) -> None:
    """From the order to the bytes, as the worker does it."""
    from app.reports import service
    from app.reports.jobs import make

    began = time.perf_counter()
    answer = await ada.post("/admin/reports/pipeline/files", {"format": kind, "period": "28d"})
    file_id = answer.headers["Location"].rsplit("/", 1)[-1]
    with bind(tenant):
        async with unit(tenant=tenant) as work:
            order = await service.begin(work, file_id)
        made = await make(order, "bench")
        assert not isinstance(made, str), made
        async with unit(tenant=tenant) as work:
            await service.finish(work, file_id, made)
    taken = time.perf_counter() - began
    print(
        f"report as {kind} over {made.rows or ROWS:,} leads: {taken:.1f} s, {len(made.body) / 1e6:.1f} MB (aim 30 s)",
        flush=True,
    )
