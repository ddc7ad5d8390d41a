"""A tenant's figures for its reseller: read in the tenant, written as absolute totals to `control` within a minute.

Slices declare what can be read (`slice.declare_meter`); requests never touch a shared counter.
"""

from datetime import UTC, date, datetime, timedelta
from pkgutil import resolve_name
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import agenda, clock
from app.core.boot import worker_kernel
from app.core.slice import Meter, declare_meter, meters
from app.core.work import Work

EVERY = timedelta(minutes=1)


class Reading(msgspec.Struct, frozen=True):
    """All meters of one tenant on one day."""

    tenant_id: UUID
    day: date
    as_of: datetime
    values: dict[str, int]


async def read(work: Work) -> Reading:
    now = clock.now()
    values = {meter.name: await resolve_name(meter.read)(work, now.date()) for meter in meters()}
    return Reading(work.tenant.id, now.astimezone(UTC).date(), now, values)


async def failed_jobs(work: Work, _day: date) -> int:
    """Agenda rows that gave up or are in doubt and wait for a person."""
    return await work.scalar(text("select count(*) from spine.agenda where state in ('failed', 'parked')")) or 0


declare_meter(Meter("failed_jobs", "Failed jobs", "app.core.meters:failed_jobs"))


async def write(reading: Reading, _key: str) -> None:
    """Totals replace what stood there, so writing twice changes nothing."""
    async with worker_kernel().owner.begin() as connection:
        for name, value in reading.values.items():
            await connection.execute(
                text(
                    "insert into control.meters (tenant_id, meter, day, value, as_of) values (:tenant, :meter, :day, :value, :at)"
                    " on conflict (tenant_id, meter, day) do update set value = excluded.value, as_of = excluded.as_of"
                ),
                {"tenant": reading.tenant_id, "meter": name, "day": reading.day, "value": value, "at": reading.as_of},
            )


async def _nothing(work: Work, _result: Any) -> None:
    """The figures stand in control; nothing is kept here."""


agenda.effect(
    agenda.Effect("meters.publish", prepare=read, call=write, settle=_nothing, repeatable=True, queue="report"),
    every=EVERY,
)
