"""Bringing control, spine and every tenant's schema to the newest version.

One transaction a tenant, four at a time, lock timeout one second with retries; versions stand in `control`, so a run
with nothing to do is one query. A tenant that fails keeps its old version and its error; the others go on.
"""

import asyncio
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from uuid import UUID

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from tenants.provision import grants, run_script

TREES = Path(__file__).parent.parent / "migrations"
LOCK_RETRIES = 8
MIGRATION_LOCK = 0x6D617271  # one runner at a time changes control


@dataclass
class Outcome:
    """What a run did: tenants migrated, tenants that failed with their error, and whether control itself moved."""

    control: bool = False
    migrated: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@cache
def script(tree: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(TREES))
    config.set_main_option("version_locations", str(TREES / tree / "versions"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


@cache
def head(tree: str = "tenant") -> str:
    """The newest version of a tree."""
    return script(tree).get_current_head() or "base"


def steps(tree: str, since: str | None) -> list[ModuleType]:
    """The versions after `since`, oldest first."""
    revisions = list(script(tree).iterate_revisions("heads", since or "base"))
    return [revision.module for revision in reversed(revisions)]


def tenant_script() -> str:
    """All tenant versions as one SQL script: what provisioning replays in one round trip."""
    return as_script("tenant", None)


@cache
def as_script(tree: str, since: str | None) -> str:
    """The versions after `since` as one SQL script."""
    out = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": out, "transactional_ddl": False}
    )
    with Operations.context(context):
        for module in steps(tree, since):
            module.upgrade()
    return out.getvalue().replace("%%", "%")  # compiled for a driver that wants them doubled; it is run without


def _apply(connection: Connection, tree: str, since: str | None) -> None:
    # Written down beforehand: the versions' `op` is one for the whole process, and four tenants move at once.
    connection.exec_driver_sql(as_script(tree, since), execution_options={"no_parameters": True})


async def run(
    owner: AsyncEngine,
    app_login: str,
    *,
    tenant: UUID | None = None,
    jobs: int = 4,
    report: Callable[[str], None] = lambda line: None,
) -> Outcome:
    """Migrate everything that is behind; with `tenant`, that one alone."""
    outcome = Outcome()
    behind = await _behind(owner)
    if behind is None:
        outcome.control = await _migrate_control(owner, app_login, report)
        behind = await _behind(owner) or []
    waiting = [row for row in behind if tenant in (None, row[0])]
    gate = asyncio.Semaphore(jobs)

    async def one(position: int, row: tuple[UUID, str, str, str]) -> None:
        async with gate:
            report(f"[{position}/{len(waiting)}] {row[1]}")
            await _migrate_tenant(owner, row, outcome)

    await asyncio.gather(*(one(i, row) for i, row in enumerate(waiting, 1)))
    return outcome


async def _behind(owner: AsyncEngine) -> list[tuple[UUID, str, str, str]] | None:
    """Tenants behind the newest version as (id, slug, schema, version); None when control itself is behind."""
    try:
        async with owner.connect() as connection:
            rows = (
                await connection.execute(
                    text(
                        "select v.version as control, t.id, t.slug, t.schema_name, t.schema_version"
                        " from control.version v left join control.tenants t"
                        " on t.state <> 'deleted' and t.schema_version <> :head order by t.id"
                    ),
                    {"head": head("tenant")},
                )
            ).all()
    except ProgrammingError:
        return None  # an empty database: control is not there yet
    if not rows or rows[0].control != head("control"):
        return None
    return [(row.id, row.slug, row.schema_name, row.schema_version) for row in rows if row.id is not None]


async def _migrate_control(owner: AsyncEngine, app_login: str, report: Callable[[str], None]) -> bool:
    async with owner.begin() as connection:
        await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        there = await connection.scalar(text("select to_regclass('control.version') is not null"))
        since = await connection.scalar(text("select version from control.version")) if there else None
        if since == head("control"):
            return False
        report(f"control {since or 'empty'} → {head('control')}")
        await connection.run_sync(_apply, "control", since)
        await connection.execute(
            text("insert into control.version (version) values (:v) on conflict (only_row) do update set version = :v"),
            {"v": head("control")},
        )
        await admit(connection, app_login)
    return True


async def admit(connection: AsyncConnection, login: str) -> None:
    """Let the app's login take on the directory's and the relay's roles, without inheriting anything from them."""
    version = int((await connection.exec_driver_sql("show server_version_num")).scalar_one())
    options = " with inherit false, set true" if version >= 160_000 else ""
    await connection.exec_driver_sql(f'grant marquee_directory, marquee_relay to "{login}"{options}')


async def _migrate_tenant(owner: AsyncEngine, row: tuple[UUID, str, str, str], outcome: Outcome) -> None:
    tenant_id, slug, schema, _version = row
    for attempt in range(LOCK_RETRIES):
        try:
            await _one_transaction(owner, tenant_id, schema)
            outcome.migrated.append(slug)
            return
        except OperationalError as error:  # somebody holds a lock: step back, so that nobody queues behind us
            if attempt == LOCK_RETRIES - 1:
                outcome.failed[slug] = await _remember(owner, tenant_id, error)
            await asyncio.sleep(0.2 + random.random())
        except (DBAPIError, RuntimeError, ValueError) as error:
            outcome.failed[slug] = await _remember(owner, tenant_id, error)
            return


async def _one_transaction(owner: AsyncEngine, tenant_id: UUID, schema: str) -> None:
    async with owner.begin() as connection:
        since = await connection.scalar(
            text("select schema_version from control.tenants where id = :id for update"), {"id": tenant_id}
        )
        if since == head("tenant"):
            return
        await connection.execute(
            text("select set_config('search_path', :path, true), set_config('lock_timeout', '1s', true)"),
            {"path": schema},
        )
        await connection.run_sync(_apply, "tenant", since)
        await run_script(connection, grants(schema))
        await connection.execute(
            text("update control.tenants set schema_version = :v, migration_error = null where id = :id"),
            {"v": head("tenant"), "id": tenant_id},
        )


async def _remember(owner: AsyncEngine, tenant_id: UUID, error: Exception) -> str:
    line = str(getattr(error, "orig", error)).splitlines()[0][:500]
    async with owner.begin() as connection:
        await connection.execute(
            text("update control.tenants set migration_error = :e where id = :id"), {"e": line, "id": tenant_id}
        )
    return line
