"""Figures for the reseller: absolute totals, so that writing them again changes nothing."""

import pytest
from sqlalchemy import text

from app.core import meters
from app.core.work import unit
from tests.world import STAFF

pytestmark = pytest.mark.anyio


async def test_totals_are_written_once_however_often_they_are_read(runtime):
    tenant = await runtime.directory.by_slug("harbor")
    for _ in range(2):
        async with unit(tenant=tenant) as work:
            reading = await meters.read(work)
        await meters.write(reading, "")
    async with meters.worker_kernel().owner.connect() as connection:
        rows = await connection.execute(
            text("select meter, value from control.meters where tenant_id = :id"), {"id": tenant.id}
        )
        written = {row.meter: row.value for row in rows}
    assert written["seats"] == len(STAFF) and written["leads"] == 0
    assert {"failed_jobs", "last_sign_in", "messages"} <= written.keys()
