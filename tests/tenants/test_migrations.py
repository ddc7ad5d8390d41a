"""The versions give what the models say; a run with nothing to do is one query; one failing tenant stops nobody."""

from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from app.core import boot
from app.core.tables import Base
from migrations import env
from tenants import migrate

pytestmark = pytest.mark.anyio
MOST_TABLES = 88  # catalog memory is paid per table, tenant and backend; the house allows 96 ever


def test_a_tenant_stays_within_its_budget_of_tables():
    env.load_tables()
    assert len(Base.metadata.tables) <= MOST_TABLES


async def test_the_versions_give_what_the_models_say(runtime):
    """Tables, columns, types, defaults, indexes and keys: `python -m migrations.env sql TABLE` prints what a version needs."""
    env.load_tables()
    tenant = await runtime.directory.by_slug("harbor")
    kernel = boot.kernel(runtime)
    async with kernel.owner.connect() as connection:
        await connection.execute(text("select set_config('search_path', :schema, true)"), {"schema": tenant.schema})
        found = await connection.run_sync(_differences)
    await kernel.owner.dispose()
    assert found == []


def _differences(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return [difference for difference in compare_metadata(context, Base.metadata) if not _is_ours(difference)]


def _is_ours(difference):
    """Indexes that the models can't say are kept in SQL alone; their names begin with `sx_`."""
    return difference[0] == "remove_index" and difference[1].name.startswith("sx_")


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


LETTERS = [  # name, English, Spanish beside it, whether a sequence names its Spanish twin
    ("hello", "Hello", "", False),
    ("reminder", "A reminder", "", True),
    ("thanks", "Thank you", "Gracias, ya escrito", False),
]
VERSION = Path(env.__file__).with_name("tenant") / "versions" / "0015_clients.sql"


async def test_spanish_letters_move_beside_their_english_ones_and_nothing_is_lost(runtime):
    """Version 0015: twins called `…_es` become the Spanish of one letter; what a sequence still sends stays, and so does
    Spanish that somebody had written already.
    """
    tenant, kernel = await runtime.directory.by_slug("harbor"), boot.kernel(runtime)
    async with kernel.owner.connect() as connection:
        await connection.execute(text("select set_config('search_path', :schema, true)"), {"schema": tenant.schema})
        await connection.execute(text("alter table tickets drop column team_id"))
        for name, english, spanish, named in LETTERS:
            await _letter(connection, name, english, spanish)
            await _letter(connection, f"{name}_es", f"{english}, en español")
            if named:
                await connection.execute(
                    text("update sequences set steps = jsonb_build_array(cast(:t as text))"), {"t": f"{name}_es"}
                )
        await _letter(connection, "alone", "Only English")
        for statement in VERSION.read_text().split(";")[:-1]:
            await connection.execute(text(statement))
        found = await connection.execute(
            text("select name, body, body_es, archived_at is null from message_templates where name = any(:names)"),
            {"names": [suffixed for name, *_ in [*LETTERS, ("alone",)] for suffixed in (name, f"{name}_es")]},
        )
        stand = {row[0]: tuple(row[1:]) for row in found}
        await connection.rollback()
    await kernel.owner.dispose()
    assert stand == {
        "hello": ("Hello", "Hello, en español", True),
        "hello_es": ("Hello, en español", "", False),
        "reminder": ("A reminder", "A reminder, en español", True),
        "reminder_es": ("A reminder, en español", "", True),
        "thanks": ("Thank you", "Gracias, ya escrito", True),
        "thanks_es": ("Thank you, en español", "", True),
        "alone": ("Only English", "", True),
    }


async def _letter(connection, name, body, spanish=""):
    await connection.execute(
        text(
            "insert into message_templates (id, name, label, channel, purpose, body, body_es, updated_at)"
            " values (:id, :name, :name, 'email', 'transactional', :body, :spanish, now())"
        ),
        {"id": uuid4(), "name": name, "body": body, "spanish": spanish},
    )
