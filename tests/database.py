"""Template, clones, and putting back: everything that tests know of databases."""

import asyncio
import os
import re
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Engine

TEMPLATE = "template_world"
WRITES = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?\"?([a-z_]+\.)?\"?([a-z_]+)\"?", re.IGNORECASE
)
_touched: set[tuple[str, str]] = set()


def environment(urls: dict[str, str], secret: str) -> dict[str, str]:
    """What a process of the product needs to run on these databases."""
    return {
        "MARQUEE_DATABASE_URL": urls["app"],
        "MARQUEE_OWNER_DATABASE_URL": urls["owner"],
        "MARQUEE_REDIS_URL": urls["redis"],
        "MARQUEE_SECRET_KEY": secret,
        "MARQUEE_TEST": "1",
        "MARQUEE_PORT": "8000",
    }


def _connect(url: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True)


def make_template(urls: dict[str, str], secret: str) -> None:
    """Migrate an empty database and let the world be made in it, once per run."""
    with _connect(urls["superuser"]) as server:
        if server.execute("select 1 from pg_database where datname = %s", [TEMPLATE]).fetchone():
            return
        server.execute(f"create database {TEMPLATE} owner marquee_owner")
    here = urls | {"owner": urls["owner"].format(db=TEMPLATE), "app": urls["app"].format(db=TEMPLATE)}
    before = dict(os.environ)
    os.environ.update(environment(here, secret))
    try:
        asyncio.run(_make_world())
    finally:
        os.environ.clear()
        os.environ.update(before)
    with _connect(_superuser(urls, TEMPLATE)) as template:
        _snapshot(template)
    with _connect(urls["superuser"]) as server:
        server.execute(f"alter database {TEMPLATE} is_template true allow_connections false")


async def _make_world() -> None:
    from app.core import boot, settings
    from app.core.runtime import stop
    from app.slices import load_for_web
    from tests import world

    settings.settings.cache_clear()
    load_for_web()
    runtime = boot.boot()
    try:
        await world.make(runtime)
    finally:
        await stop()
        settings.settings.cache_clear()


def _superuser(urls: dict[str, str], name: str) -> str:
    return re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", urls["superuser"])


def clone(urls: dict[str, str], name: str, *, redis_number: int = 0) -> dict[str, str]:
    """A database of one's own with the world in it, as (app, owner, superuser, redis) URLs."""
    with _connect(urls["superuser"]) as server:
        server.execute(f"drop database if exists {name} with (force)")
        server.execute(f"create database {name} template {TEMPLATE} owner marquee_owner")
        server.execute(f"alter database {name} set search_path to ''")
    return {
        "app": urls["app"].format(db=name),
        "owner": urls["owner"].format(db=name),
        "superuser": _superuser(urls, name),
        "redis": re.sub(r"/\d+$", "", urls["redis"]) + f"/{redis_number}",
    }


def _snapshot(template: psycopg.Connection[Any]) -> None:
    """A copy of every table that holds rows, so that any test's writes can be undone without knowing them."""
    template.execute("create schema snapshot")
    tables = template.execute(
        "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r'"
        " and (n.nspname like 't\\_%' or n.nspname in ('control', 'spine'))"
    ).fetchall()
    for schema, table in tables:
        if template.execute(f"select exists (select 1 from {schema}.{table})").fetchone() == (True,):
            template.execute(f'create table snapshot."{schema}.{table}" as table {schema}.{table}')


# Tables that a trigger writes along, which no statement names.
BY_TRIGGER = {"postings": ("trust_accounts",)}


@event.listens_for(Engine, "before_cursor_execute")
def _watch(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    for schema, table in WRITES.findall(statement):
        if table != "set":
            role = schema.rstrip(".") or connection.get_execution_options().get("role", "")
            _touched.update((role, each) for each in (table, *BY_TRIGGER.get(table, ())))


async def put_back(urls: dict[str, str]) -> None:
    """Empty what was written to and fill it from the snapshot, with triggers and foreign keys asleep."""
    touched = sorted(_touched)
    _touched.clear()
    if not touched:
        return
    async with await psycopg.AsyncConnection.connect(urls["superuser"]) as connection:
        await connection.execute("set session_replication_role = replica")
        for schema, table in touched:
            await _put_back(connection, schema, table)


async def _put_back(connection: psycopg.AsyncConnection[Any], schema: str, table: str) -> None:
    names = await (
        await connection.execute(
            "select n.nspname, to_regclass(format('snapshot.%%I', n.nspname || '.' || c.relname)) is not null"
            " from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = %s and c.relkind = 'r'"
            " and (n.nspname = %s or (%s = '' and n.nspname like 't\\_%%'))",
            [table, schema, schema],
        )
    ).fetchall()
    for found, kept in names:
        await connection.execute(f'delete from {found}."{table}"')
        if kept:
            await connection.execute(f'insert into {found}."{table}" select * from snapshot."{found}.{table}"')
