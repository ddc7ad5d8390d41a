"""Keeps named services running: a dead one is started again, sooner at first, later if it keeps dying."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra.local.process import CannotStart, Guarded

FIRST_WAIT, LONGEST_WAIT = 0.1, 10.0  # seconds before the next start; doubled each time
STEADY = 20.0  # seconds of running after which a death counts as the first again


class Service(Protocol):
    """`start` may be called again after a death; `poll` is None while it runs; `stop` may be called twice."""

    def start(self) -> None: ...
    def poll(self) -> int | None: ...
    def stop(self) -> object: ...


@dataclass
class Entry:
    name: str
    service: Service
    started: float
    wait: float = FIRST_WAIT
    due: float | None = None  # when to start it again, while it is dead
    deaths: int = 0  # in a row, each soon after its start


class Supervisor:
    """Call `watch` often (it returns at once) and `stop` at the end. Logs go to `logs/<name>.log`."""

    def __init__(self, logs: Path, *, say: Callable[[str], None] = print) -> None:
        self.logs, self._say = logs, say
        self._entries: list[Entry] = []

    def add(self, name: str, service: Service) -> None:
        """Starts a service and keeps it running from now on. What its `start` raises passes through."""
        service.start()
        self._entries.append(Entry(name, service, time.monotonic()))

    def run(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        grace: float = 10.0,
    ) -> None:
        """Starts a command and keeps it running. It and all its children end with us, however we end."""
        self.add(name, Guarded(argv, log=self.logs / f"{name}.log", env=env, cwd=cwd, grace=grace))

    def pid(self, name: str) -> int | None:
        """The process id of the named service's command, for those who want to kill it."""
        entry = next(entry for entry in self._entries if entry.name == name)
        return getattr(entry.service, "pid", None)

    def deaths(self) -> dict[str, int]:
        """How often in a row each named service died soon after its start."""
        return {entry.name: entry.deaths for entry in self._entries}

    def watch(self) -> None:
        """Notices deaths and starts again what is due."""
        for entry in self._entries:
            now = time.monotonic()
            if entry.due is None and (code := entry.service.poll()) is not None:
                self._plan(entry, now, f"ended with code {code}{last_words(entry.service)}")
            if entry.due is not None and entry.due <= now:
                self._revive(entry)

    def _plan(self, entry: Entry, now: float, why: str) -> None:
        if now - entry.started > STEADY:
            entry.wait, entry.deaths = FIRST_WAIT, 0
        entry.deaths += 1
        entry.wait = min(entry.wait * 2, LONGEST_WAIT)
        entry.due = now + entry.wait
        self._say(f"{entry.name} {why}; starting it again")

    def _revive(self, entry: Entry) -> None:
        try:
            entry.service.start()
        except (CannotStart, OSError) as error:
            self._plan(entry, time.monotonic(), f"did not start ({error})")
        else:
            entry.started, entry.due = time.monotonic(), None

    def stop(self) -> None:
        """Ends everything: commands together, then the servers they use, the last added first."""
        for entry in self._entries:
            if isinstance(entry.service, Guarded):
                entry.service.ask_to_stop()
        for entry in reversed(self._entries):
            entry.service.stop()
        self._entries.clear()


def last_words(service: Service) -> str:
    """The last line of its log, in brackets."""
    log = getattr(service, "log", None)
    if log is None or not log.exists():
        return ""
    with open(log, "rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))
        lines = file.read().decode(errors="replace").split("\n")
    words = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f" ({words[:200]})" if words else ""
