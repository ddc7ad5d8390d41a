"""`marquee doctor`: is this installation set up as it should be?"""

import sys

import click
from redis.exceptions import RedisError
from sqlalchemy import text

from app.cli.frame import Frame, command


@click.command()
@command
async def doctor(frame: Frame) -> None:
    """Check settings, servers, roles and versions; exit 1 when something must be mended."""
    findings = [*_settings(frame), *await _database(frame), *await _redis(frame)]
    bad = [line for grave, line in findings if grave]
    for grave, line in findings:
        frame.say(f"{'mend ' if grave else 'note '} {line}")
    frame.result({"ok": not bad, "findings": [line for _grave, line in findings]}, "" if findings else "All is well.")
    if bad:
        sys.exit(1)


def _settings(frame: Frame) -> list[tuple[bool, str]]:
    chosen, found = frame.runtime.settings, []
    if chosen.owner_database_url == chosen.database_url:
        found.append((False, "MARQUEE_OWNER_DATABASE_URL is not set: pages run as the owner of all objects."))
    if not chosen.secure:
        found.append((False, "Plain http: only for the demo and tests."))
    if chosen.secure and "sslmode" not in chosen.database_url:
        found.append((False, "The database URL does not ask for TLS (sslmode=verify-full)."))
    if chosen.secure and not chosen.redis_url.startswith("rediss://"):
        found.append((False, "The Redis URL does not ask for TLS (rediss://)."))
    return found


async def _database(frame: Frame) -> list[tuple[bool, str]]:
    found = []
    async with frame.kernel.owner.connect() as connection:
        version = int(await connection.scalar(text("show server_version_num")) or 0)
        if not 150_000 <= version < 190_000:
            found.append((True, f"Postgres {version // 10_000} is not supported: use 15 to 18."))
        behind = await connection.scalar(
            text("select count(*) from control.tenants where migration_error is not null and state <> 'deleted'")
        )
        if behind:
            found.append((True, f"{behind} tenants could not be migrated: see `marquee tenants list --json`."))
        login = frame.kernel.app_login
        flags = (
            await connection.execute(
                text("select rolsuper, rolinherit, rolcreatedb, rolcreaterole from pg_roles where rolname = :n"),
                {"n": login},
            )
        ).one()
        if login != "postgres" and (flags.rolsuper or flags.rolinherit or flags.rolcreatedb or flags.rolcreaterole):
            found.append((True, f'The app\'s login "{login}" must be NOSUPERUSER NOINHERIT NOCREATEDB NOCREATEROLE.'))
    return found


async def _redis(frame: Frame) -> list[tuple[bool, str]]:
    try:
        await frame.runtime.redis.ping()
    except (RedisError, OSError) as error:
        return [(True, f"Redis cannot be reached: {type(error).__name__}.")]
    return []


COMMANDS = [doctor]
