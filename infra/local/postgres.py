"""A private Postgres for the demo and the tests: made on first start, ended with us, healed after any kill.

It listens on 127.0.0.1 only, at a remembered free port, with random passwords. `directory/postgres.json`
(0600) keeps both. As root the server runs under an account of its own (see `account`). See
infra/decisions/0001.
"""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from infra.local import account, binaries
from infra.local.process import CannotStart, Guarded, end, living_in
from infra.local.server import Server
from infra.local.state import lock

OWNER, APP, DATABASE = "marquee_owner", "marquee_app", "marquee"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_locks_per_transaction": "512",  # one tenant's schema is hundreds of objects
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_lock_waits": "on",
    "jit": "off",
}
FORGETFUL = {  # for tests: a crash of the machine may lose everything, a crash of the server nothing
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
START_SECONDS = 30.0  # crash recovery included; orphans of a killed server block the first attempts a while
STOP_SECONDS = 5.0  # a fast shutdown during crash recovery can hang for ever; an immediate one follows
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Postgres(Server):
    """One server and its directory. `durable=False` trades safety against power loss for speed."""

    def __init__(self, directory: Path, *, durable: bool = True, log: Path | None = None) -> None:
        super().__init__(directory, "postgres", log, ["postgres", OWNER, APP])
        self._durable = durable
        self._user: str | None = None
        self._home = self.directory

    def drop(self) -> None:
        self.stop()
        self._end_leftover()
        for home in self._homes():
            shutil.rmtree(home, ignore_errors=True)

    @property
    def superuser_url(self) -> str:
        return self._url("postgres", "postgres")

    def owner_url(self, db: str = DATABASE) -> str:
        """For migrations and provisioning."""
        return self._url(OWNER, db)

    def app_url(self, db: str = DATABASE) -> str:
        """For web and workers."""
        return self._url(APP, db)

    def _url(self, user: str, db: str) -> str:
        return f"postgresql://{user}:{self._state[user]}@127.0.0.1:{self._state.port}/{db}"

    def create_database(self, name: str, template: str = "template1") -> None:
        """Makes a database of the owner role, closed to everyone but owner and app login."""
        self._as_owner(f"create database {_checked(name)} template {_checked(template)}", *_closed(name))

    def drop_database(self, name: str) -> None:
        """Drops it if it is there, cutting off its clients."""
        self._as_owner(f"drop database if exists {_checked(name)} with (force)")

    def _as_owner(self, *statements: str) -> None:
        import psycopg  # not at the top: set-up imports this package before anything is installed

        with psycopg.connect(self.owner_url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    # --- starting

    def _open(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._lock = lock(self.directory / "postgres.lock")
        self._user = account.service_account()
        self._home = account.home_for(self._user, self.directory)
        self._end_leftover()
        new_passwords = not self._state.path.exists()
        self._state.prepare()
        if not self._data.exists():
            self._make()
        elif new_passwords:
            self._single_user(self._data, self._passwords())

    @property
    def _data(self) -> Path:
        return self._home / "data"

    def _programs(self, data: Path) -> Path:
        version = data / "PG_VERSION"
        wanted = int(version.read_text()) if version.exists() else None
        return binaries.postgres(self._user, self._home, wanted)

    def _homes(self) -> list[Path]:
        """Where the data may lie: the state directory's path depends on ours alone, not on who runs this."""
        return [self.directory, account.state_directory(self.directory)]

    def _end_leftover(self) -> None:
        """Ends what a killed owner left: only servers that live in our own data directory."""
        for home in self._homes():
            data = home / "data"
            end(
                lambda data=data: living_in(data, ["postgres"]),
                signals=[(signal.SIGINT, 3.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)],
            )
            # Postgres takes any living process of its account with the old number for its predecessor.
            (data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self) -> None:
        until = time.monotonic() + START_SECONDS
        self._server = self._command()
        self._server.start()
        while not self._ready(self._server):
            if time.monotonic() > until:
                self._server.stop()
                raise CannotStart(f"Postgres did not start within {START_SECONDS:.0f} s; see {self.log}")
            if self._server.poll() is not None:
                time.sleep(0.2)
                self._server.start()
            time.sleep(0.02)

    def _command(self) -> Guarded:
        settings = SETTINGS | ({} if self._durable else FORGETFUL) | {"port": str(self._state.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Guarded(
            [self._programs(self._data) / "postgres", "-D", self._data, *options],
            log=self.log, env=_environment(), cwd=self._home, user=self._user,
            stop_signal=signal.SIGINT, orphan_signal=signal.SIGQUIT, grace=STOP_SECONDS,
        )  # fmt: skip

    def _ready(self, server: Guarded) -> bool:
        """The last line of the server's own pid file says so."""
        try:
            lines = (self._data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready"

    # --- making

    def _make(self) -> None:
        """Makes the data directory beside its place and moves it there complete, or not at all."""
        draft, password = self._home / "data.new", self._home / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        password.unlink(missing_ok=True)
        draft.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self._state["postgres"])
        account.give(self._user, draft)
        account.give(self._user, password)
        programs = self._programs(draft)
        modern = (binaries.postgres_version(programs) or 0) >= 17
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if modern else []
        self._run(
            [programs / "initdb", "-D", draft, "-U", "postgres", f"--pwfile={password}",
             "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", *provider, "--data-checksums",
             "--no-instructions", *([] if self._durable else ["--no-sync"])],
        )  # fmt: skip
        password.unlink()
        self._single_user(draft, [*_roles(), *self._passwords()])
        draft.rename(self._data)

    def _passwords(self) -> list[str]:
        return [f"alter role {role} password '{self._state[role]}'" for role in ("postgres", OWNER, APP)]

    def _single_user(self, data: Path, statements: list[str]) -> None:
        """Runs statements without a network, so that no half-made server is ever reachable."""
        command = [self._programs(data) / "postgres", "--single", "-j", "-D", data, "postgres"]
        output = self._run(command, "".join(f"{statement};\n\n" for statement in statements))
        if "ERROR:" in output:
            raise CannotStart(f"Postgres could not be set up: {output.strip()}")

    def _run(self, command: list[str | Path], text: str = "") -> str:
        rights = account.rights(self._user)
        done = subprocess.run(
            command, input=text, text=True, check=False, cwd=self._home, env=_environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, umask=0o077, **rights,
        )  # fmt: skip
        if done.returncode != 0:
            raise CannotStart(f"{command[0]} failed: {done.stdout.strip()}")
        return done.stdout


def _environment() -> dict[str, str]:
    """Nothing of ours: a stray PG… or LC_… variable must not change the server."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _roles() -> list[str]:
    return [
        f"create role {OWNER} login nosuperuser createrole createdb",
        f"create role {APP} login nosuperuser noinherit",
        f"alter role {APP} set search_path to ''",  # an unbound query finds no table
        f"create database {DATABASE} owner {OWNER}",
        *_closed(DATABASE),
        "revoke all on database template1, postgres from public",
        f"grant connect on database postgres to {OWNER}",  # where it makes databases from
    ]


def _closed(database: str) -> list[str]:
    """No connection for anyone unnamed, and no temporary tables: those come before ours on every path."""
    return [
        f"revoke all on database {database} from public",
        f"grant connect on database {database} to {APP}",
    ]


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no plain database name.")
    return name
