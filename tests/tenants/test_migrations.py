"""The versions give what the models say; a run with nothing to do is one query; one failing tenant stops nobody."""

from pathlib import Path

import pytest
from sqlalchemy import text

from app.core import boot
from app.core.tables import Base
from migrations import env
from tenants import migrate

pytestmark = pytest.mark.anyio
MOST_TABLES = 64  # catalog memory is paid per table, tenant and backend (architecture, data conventions)


def test_the_first_version_is_what_the_models_say():
    written = (Path(env.__file__).parent / "tenant/versions/0001_ground_floor.sql").read_text()
    assert written.startswith(env.tables_script()), "run `python -m migrations.env freeze`"


def test_a_tenant_stays_within_its_budget_of_tables():
    env.load_tables()
    assert len(Base.metadata.tables) <= MOST_TABLES


async def test_a_tenants_schema_holds_exactly_the_tables_of_the_models(runtime):
    tenant = await runtime.directory.by_slug("harbor")
    kernel = boot.kernel(runtime)
    async with kernel.owner.connect() as connection:
        found = set(
            await connection.scalars(
                text("select tablename from pg_tables where schemaname = :s"), {"s": tenant.schema}
            )
        )
    await kernel.owner.dispose()
    assert found == set(Base.metadata.tables)


async def test_nothing_to_do_is_one_query(runtime):
    from sqlalchemy import event

    kernel, seen = boot.kernel(runtime), []
    event.listen(kernel.owner.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    outcome = await migrate.run(kernel.owner, kernel.app_login)
    await kernel.owner.dispose()
    assert (outcome.control, outcome.migrated, outcome.failed) == (False, [], {})
    assert len(seen) == 1


async def test_one_failing_tenant_stops_nobody_and_says_why(runtime, monkeypatch):
    kernel = boot.kernel(runtime)
    tenants = {tenant.slug: tenant for tenant in await runtime.directory.everyone()}
    real = migrate._apply

    def apply(connection, tree, since):
        path = connection.exec_driver_sql("show search_path").scalar_one()
        if path == tenants["summit"].schema:
            raise RuntimeError("summit's own trouble")
        if since is None or since != "0000":
            real(connection, tree, since)

    monkeypatch.setattr(migrate, "_apply", apply)
    try:
        async with kernel.owner.begin() as connection:
            await connection.execute(
                text("update control.tenants set schema_version = '0000' where slug in ('harbor', 'summit')")
            )
        outcome = await migrate.run(kernel.owner, kernel.app_login)
        assert outcome.migrated == ["harbor"] and list(outcome.failed) == ["summit"]
        async with kernel.owner.connect() as connection:
            said = await connection.scalar(text("select migration_error from control.tenants where slug = 'summit'"))
        assert said == "summit's own trouble"
    finally:
        async with kernel.owner.begin() as connection:
            await connection.execute(
                text("update control.tenants set schema_version = :h, migration_error = null"), {"h": migrate.head()}
            )
        await kernel.owner.dispose()
