"""`marquee demo`: the whole product on this machine, from an empty folder to a line that starts with `ready`.

Starts Postgres and Redis (unless their URLs are given), migrates, starts web, worker and desk, fills the demo
world, and keeps all of it running until Ctrl-C. A second start finds the data as it was left.
"""

import http.client
import json
import os
import secrets
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from infra.local.binaries import NoServer
from infra.local.postgres import Postgres
from infra.local.process import CannotStart, Guarded, end, marked
from infra.local.redis import Redis
from infra.local.state import AlreadyRunning, lock, port_free, write_private
from infra.local.supervisor import Supervisor

READY_SECONDS = 120.0
ENVIRONMENT = "environment.json"
HOPELESS = 5  # deaths in a row before it was ever ready
STOP_SECONDS = 15.0  # web and worker end what they are at within ten
TICK = 0.1  # seconds between two looks at the services
RUN = "MARQUEE_RUN"  # in the environment of all we start: tells a later run what a killed one left


class Stop(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Failed(RuntimeError):
    """The demo cannot start; the message says why and what to do."""


@dataclass(frozen=True)
class Commands:
    """What is run, as argument lists; tests put in others."""

    migrate: Sequence[str]
    web: Sequence[str]
    worker: Sequence[str]
    desk: Sequence[str]
    seed: Sequence[str]
    past: Sequence[str] = ()  # run before anything is served, so that no worker meddles with yesterday

    @classmethod
    def of_product(cls) -> "Commands":
        """The subcommands of the `marquee` that this Python's environment holds."""
        marquee = str(Path(sys.executable).with_name("marquee"))
        return cls(
            migrate=[marquee, "migrate"],
            web=[marquee, "web"],
            worker=[marquee, "worker"],
            desk=[marquee, "demo-desk"],
            seed=[marquee, "demo-seed", "--today"],
            past=[marquee, "demo-seed", "--past"],
        )


def say(line: str) -> None:
    print(line, flush=True)


def run(
    port: int,
    fresh: bool,
    data_dir: Path,
    *,
    commands: Commands | None = None,
    extra: Mapping[str, str] | None = None,
) -> int:
    """Runs the demo until told to stop; returns the exit code. `extra` is added to every environment."""
    data_dir = data_dir.absolute()
    with stopping_on_signals() as quiet:
        demo = Demo(port, data_dir, commands or Commands.of_product(), dict(extra or {}))
        try:
            demo.start(fresh)
            demo.stay()
        except Stop:
            return 0
        except (Failed, AlreadyRunning, CannotStart, NoServer) as error:
            say(f"demo: {error}")
            return 1
        finally:
            quiet()
            demo.stop()


@contextmanager
def stopping_on_signals() -> Iterator[Callable[[], None]]:
    """The first signal raises Stop; after the yielded function was called, signals do nothing."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def quiet() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    def interrupt(_number: int, _frame: object) -> None:
        quiet()
        raise Stop

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield quiet
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Demo:
    """One run of the demo."""

    def __init__(self, port: int, data_dir: Path, commands: Commands, extra: dict[str, str]) -> None:
        self.port, self.data_dir, self.commands, self.extra = port, data_dir, commands, extra
        self.logs = data_dir / "logs"
        self.supervisor = Supervisor(self.logs, say=lambda line: say(f"demo: {line}"))
        self._lock: TextIO | None = None
        self._stage: Guarded | None = None

    def start(self, fresh: bool) -> None:
        """Returns when `/readyz` and the mailbox answer. Raises Failed, AlreadyRunning, CannotStart, NoServer."""
        self._claim()
        if fresh:
            self._forget()
        environment = self._environment(*self._servers())
        self._once("bringing the database up to date", self.commands.migrate, environment)
        stands = (self.data_dir / "demo.json").exists()
        if not stands:  # nobody else may be at work while it is lived through
            self._past(environment)
        for name in ("web", "worker", "desk"):
            self.supervisor.run(name, getattr(self.commands, name), env=environment, grace=STOP_SECONDS)
        if stands:  # only the addresses may have moved
            self._past(environment)
        if not stands or not self.commands.past:
            self._once("looking after the demo's newest leads", self.commands.seed, environment)
        self._wait_until_ready()
        say(self._ready_line())

    def _past(self, environment: dict[str, str]) -> None:
        if self.commands.past:
            self._once("looking after the demo's past", self.commands.past, environment)

    def stay(self) -> None:
        """Keeps everything running until Stop."""
        while True:
            self.supervisor.watch()
            time.sleep(TICK)

    def stop(self) -> None:
        """Ends everything that was started."""
        if self._stage is not None:
            self._stage.stop()
        self.supervisor.stop()
        if self._lock is not None:
            self._lock.close()

    def _claim(self) -> None:
        # Others may pass through, not look: Postgres has an account of its own below.
        self.data_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        try:
            self._lock = lock(self.data_dir / "demo.lock")
        except AlreadyRunning as error:
            raise Failed(f"A demo with this data is running already. {error} End that one first.") from error
        mark = f"{RUN}={self.data_dir}"
        end(lambda: [pid for pid in marked(mark) if pid not in ancestors()], signals=LEFTOVERS)
        for port in (self.port, self.port + 1):
            if not port_free(port):
                raise Failed(f"Port {port} is taken. Choose another: make demo PORT={self.port + 100}")

    def _forget(self) -> None:
        if os.environ.get("MARQUEE_DATABASE_URL") or os.environ.get("MARQUEE_REDIS_URL"):
            raise Failed("FRESH=1 drops only the demo's own servers, not those of a MARQUEE_…_URL. Unset it.")
        say("demo: dropping the demo's data")
        Postgres(self.data_dir / "postgres").drop()
        Redis(self.data_dir / "redis").drop()
        for path in self.data_dir.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != "demo.lock":
                path.unlink()

    def _servers(self) -> tuple[str, str, str]:
        """URLs of app, owner and Redis; starts what no URL was given for."""
        app = os.environ.get("MARQUEE_DATABASE_URL", "")
        owner = os.environ.get("MARQUEE_OWNER_DATABASE_URL", app)
        redis_url = os.environ.get("MARQUEE_REDIS_URL", "")
        if not app:
            say("demo: starting Postgres")
            postgres = Postgres(self.data_dir / "postgres", log=self.logs / "postgres.log")
            self.supervisor.add("postgres", postgres)
            app, owner = postgres.app_url(), postgres.owner_url()
        if not redis_url:
            say("demo: starting Redis")
            redis = Redis(self.data_dir / "redis", log=self.logs / "redis.log")
            self.supervisor.add("redis", redis)
            redis_url = redis.url
        return app, owner, redis_url

    def _environment(self, app: str, owner: str, redis_url: str) -> dict[str, str]:
        """What every part is told; kept beside the data, so that a command in another shell finds this demo."""
        told = {
            "MARQUEE_DATABASE_URL": app,
            "MARQUEE_OWNER_DATABASE_URL": owner,
            "MARQUEE_REDIS_URL": redis_url,
            "MARQUEE_SECRET_KEY": secret_key(self.data_dir),
            "MARQUEE_DATA_DIR": str(self.data_dir),
            "MARQUEE_DEMO": "1",
            "MARQUEE_DESK_PORT": str(self.port + 1),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **self.extra,
        }
        write_private(self.data_dir / ENVIRONMENT, json.dumps(told))
        return dict(os.environ) | told | {RUN: str(self.data_dir)}

    def _once(self, what: str, argv: Sequence[str], environment: dict[str, str]) -> None:
        """Runs a command to its end, its output ours, while the services are kept running."""
        say(f"demo: {what}")
        self._stage = Guarded(argv, log=None, env=environment)
        self._stage.start()
        while (code := self._stage.poll()) is None:
            self.supervisor.watch()
            time.sleep(TICK / 5)
        if code != 0:
            raise Failed(f"{' '.join(argv)} ended with code {code}. Logs are in {self.logs}")

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        places = [f"http://127.0.0.1:{self.port}/readyz", f"http://127.0.0.1:{self.port + 1}"]
        while not all(map(answers, places)):
            if dying := [name for name, deaths in self.supervisor.deaths().items() if deaths >= HOPELESS]:
                raise Failed(f"{' and '.join(dying)} ended {HOPELESS} times. Logs are in {self.logs}")
            if time.monotonic() > until:
                raise Failed(f"{places} do not both answer within {READY_SECONDS:.0f} s. Logs are in {self.logs}")
            self.supervisor.watch()
            time.sleep(TICK)

    def _ready_line(self) -> str:
        """`ready`, then name=address pairs."""
        file = self.data_dir / "demo.json"
        world = json.loads(file.read_text()) if file.exists() else {}
        places = {
            "console": world.get("console", f"http://console.localhost:{self.port}"),
            "mailbox": world.get("mailbox", f"http://localhost:{self.port + 1}"),
        } | {tenant["slug"]: tenant["url"] for tenant in world.get("tenants", [])}
        return "ready " + " ".join(f"{name}={url}" for name, url in places.items())


LEFTOVERS = [(signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)]


def ancestors() -> set[int]:
    """This process and those above it."""
    found, pid = set(), os.getpid()
    while pid > 1:
        found.add(pid)
        stat = Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rsplit(")", 1)[1].split()[1])
    return found


def environment(data_dir: Path) -> dict[str, str]:
    """What the demo with this data tells its parts; empty where there is none."""
    file = data_dir / ENVIRONMENT
    return json.loads(file.read_text()) if file.exists() else {}


def secret_key(data_dir: Path) -> str:
    """Random, made once, kept for us alone."""
    file = data_dir / "secret"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(48) + "\n")
    return file.read_text().strip()


def answers(url: str) -> bool:
    """Whether the address answers with a 2xx; never through a proxy."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=5) as response:
            return bool(response.status < 300)
    except (OSError, http.client.HTTPException):
        return False
