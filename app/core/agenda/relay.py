"""Taking due rows, fairly between tenants: one with a million rows delays nobody."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.agenda.perform import LEASE_SECONDS

IN_FLIGHT = 64  # leased but unfinished rows; small, so that a lease seldom runs out while its row queues in Redis
SHARE = 16  # rows a tenant may take per round


class Taken(msgspec.Struct, frozen=True):
    """A row that this relay now holds."""

    id: UUID
    tenant_role: str
    lease: int
    queue: str
    trace: str | None


# A loose index scan finds the tenants that have anything; each then gives at most its share. The tick turns the order
# of the tenants each round, so that nobody is always first.
_TAKE = text("""
with recursive tenant(role) as (
  (select tenant_role from spine.agenda where state in ('waiting', 'calling') order by tenant_role limit 1)
  union all
  select (select a.tenant_role from spine.agenda a where a.state in ('waiting', 'calling') and a.tenant_role > t.role
          order by a.tenant_role limit 1)
  from tenant t where t.role is not null
), due as (
  select d.id from (select role from tenant where role is not null order by md5(role || :tick)) t
  cross join lateral (
    select a.id from spine.agenda a
    where a.tenant_role = t.role and a.state in ('waiting', 'calling') and a.due <= :now
      and (a.leased_until is null or a.leased_until < clock_timestamp())
    order by a.due, a.id limit :share for update skip locked) d
  limit :room
)
update spine.agenda a set lease = a.lease + 1, leased_until = clock_timestamp() + make_interval(secs => :lease)
from due where a.id = due.id
returning a.id, a.tenant_role, a.lease, a.queue, a.trace
""")


async def take(relay: AsyncEngine, now: datetime, *, in_flight: int = IN_FLIGHT) -> list[Taken] | None:
    """Lease as many due rows as there is room for; None when there is no room."""
    async with relay.begin() as connection:
        busy = await connection.scalar(text("select count(*) from spine.agenda where leased_until > clock_timestamp()"))
        room = in_flight - int(busy or 0)
        if room <= 0:
            return None
        rows = await connection.execute(_TAKE, _round(now, room))
        return [msgspec.convert(dict(row), Taken) for row in rows.mappings()]


def _round(now: datetime, room: int) -> dict[str, Any]:
    return {"now": now, "room": room, "share": SHARE, "tick": secrets.token_hex(4), "lease": LEASE_SECONDS}
