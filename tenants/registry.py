"""What the registry says of one tenant, and the single place that reads it."""

from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

State = Literal["active", "suspended", "archived", "deleted"]


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation. `schema` names both its Postgres schema and its role; it comes from the id, never from text."""

    id: UUID
    slug: str
    name: str
    blueprint: str
    reseller_id: UUID | None
    schema: str
    database: str
    state: State
    host: str
    brand: dict[str, Any]
    brand_version: int
    hosts: tuple[str, ...] = ()


def schema_name(tenant_id: UUID) -> str:
    """The schema and role of a tenant: 34 characters, well under Postgres's 63, free of anything a person typed."""
    return f"t_{tenant_id.hex}"


# The canonical host of a tenant is its first verified custom one, else its platform subdomain.
_TENANT = """
select t.id, t.slug, t.name, t.blueprint, t.reseller_id, t.schema_name as schema, t.database, t.state,
       hs.hosts[1] as host, hs.hosts as hosts,
       coalesce(b.brand, '{}'::jsonb) as brand, coalesce(b.version, 0) as brand_version
from control.tenants t
join lateral (select array_agg(h.host order by (h.kind = 'custom') desc, h.host) as hosts
              from control.hosts h where h.tenant_id = t.id) hs on true
left join control.brands b on b.tenant_id = t.id
"""


async def find(connection: AsyncConnection, where: str, value: object) -> Tenant | None:
    """The live tenant whose `id`, `slug`, `schema` or `host` is the given one."""
    conditions = {
        "id": "t.id = :value",
        "slug": "t.slug = :value",
        "schema": "t.schema_name = :value",
        "host": "t.id = (select tenant_id from control.hosts where host = :value)",
    }
    row = (
        (
            await connection.execute(
                text(f"{_TENANT} where t.state <> 'deleted' and {conditions[where]}"), {"value": value}
            )
        )
        .mappings()
        .first()
    )
    return (
        msgspec.convert({**row, "hosts": tuple(row["hosts"] or ()), "host": row["host"] or ""}, Tenant) if row else None
    )


async def everyone(connection: AsyncConnection) -> list[Tenant]:
    """All tenants that are not deleted, oldest first."""
    rows = (await connection.execute(text(f"{_TENANT} where t.state <> 'deleted' order by t.id"))).mappings()
    return [
        msgspec.convert({**row, "hosts": tuple(row["hosts"] or ()), "host": row["host"] or ""}, Tenant) for row in rows
    ]
