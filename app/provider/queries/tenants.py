"""The tenants that somebody at the console may see: found, sorted, one page at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.errors import NotFound
from app.core.work import Work
from app.provider.queries.health import Health, Limits, verdicts
from app.provider.queries.reach import within_reach

DAYS_SHOWN = 30
PAGE = 50
Sort = Literal["health", "name", "-leads", "-seats", "-last", "-created"]
SORTS: tuple[Sort, ...] = ("health", "name", "-leads", "-seats", "-last", "-created")


class TenantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the console's list. `health` is the worst of `verdicts`: bad, look, good, off; `words` say it."""

    id: UUID
    slug: str
    name: str
    blueprint: str
    state: str
    host: str
    reseller: str | None
    plan: str | None
    limits: Limits
    leads: int
    seats: int
    messages: int
    version: str
    last_activity: datetime | None
    created_at: datetime
    health: Health
    words: str
    verdicts: list[tuple[Health, str]]
    failed: int = 0


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The list as its address says it. `page` counts from 1."""

    q: str = ""
    state: str = ""
    blueprint: str = ""
    health: str = ""
    sort: Sort = "health"
    page: int = 1


_TENANTS = """
select t.id, t.slug, t.name, t.blueprint, t.state, t.schema_version, t.migration_error, t.created_at, t.plan,
  r.name as reseller, p.label as plan_label, p.seats as seats_limit, p.leads as leads_limit, p.messages as messages_limit,
  (select h.host from control.hosts h where h.tenant_id = t.id order by (h.kind = 'custom') desc, h.host limit 1) as host,
  coalesce(m.leads, 0) as leads, coalesce(m.seats, 0) as seats, coalesce(m.messages, 0) as messages,
  coalesce(m.failed, 0) as failed, coalesce(m.sender_troubles, 0) as sender_troubles, m.last_sign_in
from control.tenants t
left join control.resellers r on r.id = t.reseller_id
left join control.plans p on p.name = t.plan
left join lateral (
  select sum(value) filter (where meter = 'leads') as leads,
         max(value) filter (where meter = 'seats' and day = newest) as seats,
         sum(value) filter (where meter = 'messages') as messages,
         max(value) filter (where meter = 'failed_jobs' and day = newest) as failed,
         max(value) filter (where meter = 'sender_troubles' and day = newest) as sender_troubles,
         max(value) filter (where meter = 'last_sign_in') as last_sign_in
  from (select meter, day, value, max(day) over () as newest from control.meters
        where tenant_id = t.id and day > :since) figures
) m on true
where t.state <> 'deleted' and t.blueprint <> 'operator'
"""
_ORDER = {"bad": 0, "look": 1, "good": 2, "off": 3}


async def tenants(work: Work, asked: Asked = Asked()) -> list[TenantRow]:
    """All tenants in reach that fit, in the order asked for. A reseller has hundreds at most; pages cut them."""
    filters, values = "", {}
    if asked.q:
        filters += " and (t.name ilike :q or t.slug ilike :q)"
        values["q"] = f"%{_escaped(asked.q)}%"
    if asked.state:
        filters += " and t.state = :state"
        values["state"] = asked.state
    if asked.blueprint:
        filters += " and t.blueprint = :blueprint"
        values["blueprint"] = asked.blueprint
    rows = await _read(work, filters, values)
    if asked.health:
        rows = [row for row in rows if row.health == asked.health]
    return sorted(rows, key=lambda row: _place(row, asked.sort))


async def tenant(work: Work, tenant_id: UUID) -> TenantRow:
    """Raises NotFound when it does not exist or is another reseller's: the two look alike."""
    rows = await _read(work, " and t.id = :id", {"id": tenant_id})
    if not rows:
        raise NotFound
    return rows[0]


async def some(work: Work, ids: Sequence[UUID]) -> list[TenantRow]:
    """Those of these that are in reach; the others are left out without a word."""
    return await _read(work, " and t.id = any(:ids)", {"ids": list(ids)}) if ids else []


async def _read(work: Work, filters: str, values: dict[str, Any]) -> list[TenantRow]:
    await within_reach(work)
    since = clock.now().date() - timedelta(days=DAYS_SHOWN)
    rows = await work.execute(text(_TENANTS + filters), {"since": since, **values})
    return [_row(dict(row)) for row in rows.mappings()]


def _place(row: TenantRow, sort: Sort) -> tuple[Any, ...]:
    name = row.name.lower()
    keys: dict[str, tuple[Any, ...]] = {
        "health": (_ORDER[row.health], name),
        "name": (name,),
        "-leads": (-row.leads, name),
        "-seats": (-row.seats, name),
        "-last": (-(row.last_activity.timestamp() if row.last_activity else 0), name),
        "-created": (-row.created_at.timestamp(), name),
    }
    return keys[sort]


def _escaped(fragment: str) -> str:
    return fragment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(row: dict[str, Any]) -> TenantRow:
    seen = clock.from_timestamp(row["last_sign_in"]) if row["last_sign_in"] else None
    limits = Limits(row["seats_limit"], row["leads_limit"], row["messages_limit"])
    found = verdicts(row, seen, limits)
    return TenantRow(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        blueprint=row["blueprint"],
        state=row["state"],
        host=row["host"] or "",
        reseller=row["reseller"],
        plan=row["plan_label"],
        limits=limits,
        failed=int(row["failed"]),
        leads=int(row["leads"]),
        seats=int(row["seats"]),
        messages=int(row["messages"]),
        version=row["schema_version"],
        last_activity=seen,
        created_at=row["created_at"],
        health=found[0][0],
        words=found[0][1],
        verdicts=found,
    )
