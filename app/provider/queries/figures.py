"""Figures over all tenants in reach, and one tenant's day by day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.work import Work
from app.provider.queries.reach import within_reach
from app.provider.queries.tenants import DAYS_SHOWN, TenantRow
from themes.catalogue import say


class Tile(msgspec.Struct, frozen=True):
    """A figure over all tenants in reach, with its last 30 days, what the plans allow (None: no limit) and when it
    was read.
    """

    label: str
    value: int
    days: list[int]
    as_of: datetime | None
    limit: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """One meter of one tenant over the last 30 days."""

    meter: str
    label: str
    days: list[date]
    values: list[int]


_BY_DAY = (
    "select meter, day, sum(value) as value, max(as_of) as as_of from control.meters"
    " where day > :since and meter in ('leads', 'seats', 'messages') {of} group by meter, day"
)


async def tiles(work: Work, everyone: list[TenantRow]) -> list[Tile]:
    """Tenants, leads, seats and messages against what the plans of all these tenants allow together."""
    figures = await _figures(work)
    live = [row for row in everyone if row.state == "active"]
    made = [sum(row.created_at.date() <= day for row in everyone) for day in _days()]
    shown = [Tile(say("Tenants"), len(everyone), made, None)]
    for meter, label, summed in (
        ("leads", say("Leads, 30 days"), True),
        ("seats", say("Seats"), False),
        ("messages", say("Messages, 30 days"), True),
    ):
        limits = [getattr(row.limits, meter) for row in live]
        allowed = sum(limits) if limits and None not in limits else None
        shown.append(_tile(label, meter, summed, figures, allowed))
    return shown


async def usage(work: Work, tenant_id: UUID) -> list[Usage]:
    """What the tenant used, day by day; empty days are noughts."""
    figures, days = await _figures(work, tenant_id), _days()
    labels = {"leads": say("Leads"), "seats": say("Seats"), "messages": say("Messages")}
    return [
        Usage(meter, label, days, [int(figures[meter, day].value) if (meter, day) in figures else 0 for day in days])
        for meter, label in labels.items()
    ]


async def _figures(work: Work, tenant_id: UUID | None = None) -> dict[tuple[str, date], Any]:
    await within_reach(work)
    statement = text(_BY_DAY.format(of="and tenant_id = :id" if tenant_id else ""))
    values = {"since": clock.now().date() - timedelta(days=DAYS_SHOWN), **({"id": tenant_id} if tenant_id else {})}
    return {(row.meter, row.day): row for row in await work.execute(statement, values)}


def _days() -> list[date]:
    today = clock.now().date()
    return [today - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]


def _tile(label: str, meter: str, summed: bool, figures: dict[tuple[str, date], Any], limit: int | None) -> Tile:
    days = _days()
    values = [int(figures[meter, day].value) if (meter, day) in figures else 0 for day in days]
    read = [figures[meter, day].as_of for day in days if (meter, day) in figures]
    latest = next((value for value in reversed(values) if value), 0)
    return Tile(label, sum(values) if summed else latest, values, max(read, default=None), limit)
