"""Making, suspending and unmaking a tenant. Each is one transaction: done, or as if never asked."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from tenants import registry
from tenants.kernel import Kernel
from tenants.registry import Tenant, schema_name

SLUG = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?")
RESERVED = frozenset("admin api app assets console desk help mail mailbox status support www".split())
TOMBSTONE = timedelta(days=90)  # a freed name must not be taken while links and cookies of its old owner still live


class SlugUnavailable(ValueError):
    """The address is malformed, reserved, taken, or was freed less than 90 days ago."""


class UnknownTenant(LookupError):
    """No such tenant."""


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make a tenant. `hosts` are full host names, the platform one first; `options` go to the seed."""

    id: UUID
    slug: str
    name: str
    blueprint: str
    hosts: tuple[str, ...]
    reseller_id: UUID | None = None
    database: str = "default"
    brand: dict[str, Any] = {}
    options: dict[str, Any] = {}


def check_slug(slug: str, *, system: bool = False) -> None:
    """Raises SlugUnavailable when the slug can be nobody's address."""
    if not SLUG.fullmatch(slug):
        raise SlugUnavailable("Use 1 to 40 lower-case letters, digits and hyphens, starting with a letter.")
    if slug in RESERVED and not system:
        raise SlugUnavailable(f'"{slug}" is kept for the platform. Choose another address.')


async def slug_free(connection: AsyncConnection, slug: str, now: Any) -> bool:
    """Whether nobody has the slug and nobody freed it within the last 90 days."""
    taken = await connection.scalar(
        text(
            "select exists (select 1 from control.tenants where slug = :slug and state <> 'deleted')"
            " or exists (select 1 from control.tombstones where name = :slug and kind = 'slug' and until > :now)"
        ),
        {"slug": slug, "now": now},
    )
    return not taken


async def create(kernel: Kernel, spec: Spec, *, system: bool = False) -> Tenant:
    """Registry rows, role, schema, grants, version stamp and blueprint rows in one transaction.

    Idempotent by id: asked again with the same id it returns the tenant that stands. Raises SlugUnavailable.
    """
    check_slug(spec.slug, system=system)
    try:
        async with kernel.owner.begin() as connection:
            tenant = await registry.find(connection, "id", spec.id)
            if tenant is None:
                tenant = await _create(kernel, connection, spec)
    except IntegrityError as error:
        raise SlugUnavailable(f'"{spec.slug}" is taken. Choose another address.') from error
    kernel.directory.forget()
    return tenant


async def _create(kernel: Kernel, connection: AsyncConnection, spec: Spec) -> Tenant:
    now, schema = kernel.clock(), schema_name(spec.id)
    if not await slug_free(connection, spec.slug, now):
        raise SlugUnavailable(f'"{spec.slug}" is taken. Choose another address.')
    await _register(kernel, connection, spec, schema)
    await _make_schema(kernel, connection, schema, console=spec.blueprint == "operator")
    tenant = await registry.find(connection, "id", spec.id)
    assert tenant is not None
    await _become(connection, schema)
    await kernel.seed(connection, tenant, spec.options)
    await _become(connection, None)
    return tenant


async def _register(kernel: Kernel, connection: AsyncConnection, spec: Spec, schema: str) -> None:
    row = {
        "id": spec.id,
        "slug": spec.slug,
        "name": spec.name,
        "blueprint": spec.blueprint,
        "schema": schema,
        "reseller": spec.reseller_id,
        "database": spec.database,
        "version": kernel.head(),
        "now": kernel.clock(),
    }
    await connection.execute(
        text(
            "insert into control.tenants (id, slug, name, blueprint, reseller_id, schema_name, database, state,"
            " schema_version, created_at) values (:id, :slug, :name, :blueprint, :reseller, :schema, :database,"
            " 'active', :version, :now)"
        ),
        row,
    )
    for host in spec.hosts:
        await connection.execute(
            text("insert into control.hosts (host, tenant_id, kind) values (:host, :id, 'platform')"),
            {"host": host, "id": spec.id},
        )
    await connection.execute(
        text("insert into control.tenant_keys (tenant_id, version, wrapped) values (:id, 1, :key)"),
        {"id": spec.id, "key": kernel.new_key()},
    )
    await connection.execute(
        text("insert into control.brands (tenant_id, version, brand, published_at) values (:id, 1, :brand, :now)"),
        {"id": spec.id, "brand": msgspec.json.encode(spec.brand).decode(), "now": kernel.clock()},
    )


async def _make_schema(kernel: Kernel, connection: AsyncConnection, schema: str, *, console: bool) -> None:
    """Role, schema, tables and grants. The name is ours (t_ + hex), so it may stand in the statement as it is."""
    version = (await connection.exec_driver_sql("show server_version_num")).scalar_one()
    options = " with inherit false, set true" if int(version) >= 160_000 else ""
    owner = (await connection.exec_driver_sql("select current_user")).scalar_one()
    inherited = "marquee_tenants, marquee_console" if console else "marquee_tenants"
    await connection.exec_driver_sql(
        f"create role {schema} nologin; grant {inherited} to {schema};"
        f' grant {schema} to "{kernel.app_login}"{options}; grant {schema} to "{owner}"{options};'
        f" create schema {schema}; set local search_path to {schema}"
    )
    await run_script(connection, kernel.ddl())
    await run_script(connection, grants(schema))


async def run_script(connection: AsyncConnection, script: str) -> None:
    """Many statements in one round trip, percent signs taken as they are."""
    await connection.exec_driver_sql(script, execution_options={"no_parameters": True})


def grants(schema: str) -> str:
    """What a tenant's role may do in its schema: rows everywhere, but only add and read in the insert-only tables, and
    only read in those that a trigger keeps."""
    return (
        f"grant usage on schema {schema} to {schema};"
        f" grant select, insert, update, delete on all tables in schema {schema} to {schema};"
        f" {_revoked(schema, 'update, delete', 'insert-only%')};"
        f" {_revoked(schema, 'insert, update, delete', 'kept by a trigger%')}"
    )


def _revoked(schema: str, rights: str, comment: str) -> str:
    return (
        f"do $$ declare t record; begin for t in select c.relname from pg_class c where c.relnamespace ="
        f" '{schema}'::regnamespace and c.relkind = 'r' and obj_description(c.oid, 'pg_class') like '{comment}'"
        f" loop execute format('revoke {rights} on {schema}.%I from {schema}', t.relname); end loop; end $$"
    )


async def _become(connection: AsyncConnection, schema: str | None) -> None:
    await connection.execute(
        text("select set_config('role', :role, true), set_config('search_path', :path, true)"),
        {"role": schema or "none", "path": schema or ""},
    )


async def set_state(kernel: Kernel, tenant_id: UUID, state: registry.State) -> None:
    """Suspend, resume or archive. Doing it twice changes nothing. Raises UnknownTenant."""
    async with kernel.owner.begin() as connection:
        found = await connection.execute(
            text(
                "update control.tenants set state = :state, state_since ="
                " case when state = :state then state_since else :now end where id = :id and state <> 'deleted'"
            ),
            {"state": state, "now": kernel.clock(), "id": tenant_id},
        )
        if found.rowcount == 0:
            raise UnknownTenant(str(tenant_id))
    kernel.directory.forget()


async def delete(kernel: Kernel, tenant_id: UUID) -> None:
    """Drop schema, role, spine rows, hosts and keys; keep tombstones of its names. Raises UnknownTenant."""
    async with kernel.owner.begin() as connection:
        tenant = await registry.find(connection, "id", tenant_id)
        if tenant is None:
            raise UnknownTenant(str(tenant_id))
        await _bury(kernel, connection, tenant)
        await _drop_schema(connection, tenant)
    kernel.directory.forget()


async def _bury(kernel: Kernel, connection: AsyncConnection, tenant: Tenant) -> None:
    now = kernel.clock()
    names = [(tenant.slug, "slug"), *((host, "host") for host in tenant.hosts)]
    for name, kind in names:
        await connection.execute(
            text(
                "insert into control.tombstones (name, kind, tenant_id, until) values (:name, :kind, :id, :until)"
                " on conflict (name, kind) do update set until = excluded.until, tenant_id = excluded.tenant_id"
            ),
            {"name": name, "kind": kind, "id": tenant.id, "until": now + TOMBSTONE},
        )
    for table in ("hosts", "tenant_keys", "brands", "brand_assets", "meters"):
        await connection.execute(text(f"delete from control.{table} where tenant_id = :id"), {"id": tenant.id})
    await connection.execute(
        text("update control.tenants set state = 'deleted', state_since = :now where id = :id"),
        {"id": tenant.id, "now": now},
    )


async def _drop_schema(connection: AsyncConnection, tenant: Tenant) -> None:
    for table in ("agenda", "inbound", "idempotency"):
        await connection.execute(text(f"delete from spine.{table} where tenant_role = :role"), {"role": tenant.schema})
    await connection.exec_driver_sql(f"drop schema if exists {tenant.schema} cascade")
    elsewhere = await connection.scalar(  # roles belong to the cluster: a clone of this database may still use it
        text(
            "select exists (select 1 from pg_shdepend d join pg_roles r on r.oid = d.refobjid where r.rolname = :role"
            " and d.dbid not in (0, (select oid from pg_database where datname = current_database())))"
        ),
        {"role": tenant.schema},
    )
    if not elsewhere:
        await connection.exec_driver_sql(f"drop owned by {tenant.schema}; drop role {tenant.schema}")
