"""Running a command that cannot outlive us, and finding what an earlier run left behind.

Standard library only. The work is done by `guard.py`, one small process beside each command.
"""

import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
LOG_LIMIT = 8 * 1024 * 1024  # bytes; a longer log is kept once as <name>.log.1 when its command starts


class CannotStart(RuntimeError):
    """The command could not be executed, or did not become ready; the message says why and names the log."""


class Guarded:
    """One command, its log and its guard. `user` (a login name) needs root. `grace` in seconds, before SIGKILL."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: int = signal.SIGTERM,
        orphan_signal: int = signal.SIGTERM,
        grace: float = 10.0,
    ) -> None:
        self.argv = [str(part) for part in argv]
        self.log, self.env, self.cwd, self.user = log, env, cwd or Path.cwd(), user
        self.stop_signal, self.orphan_signal, self.grace = stop_signal, orphan_signal, grace
        self.pid: int | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the command has been executed. Raises CannotStart."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )
        assert guard.stdin is not None and guard.stdout is not None
        guard.stdin.write(json.dumps(self._spec()).encode() + b"\n")
        guard.stdin.flush()
        with guard.stdout as answers:
            answer = answers.readline().decode().strip()
        if not answer.isdigit():
            guard.wait()
            raise CannotStart(f"{self.argv[0]}: {answer.removeprefix('error ') or 'its guard failed'}")
        self.pid, self._guard = int(answer), guard

    def _spec(self) -> dict[str, object]:
        account = pwd.getpwnam(self.user) if self.user else None
        return {
            "argv": self.argv, "env": dict(os.environ if self.env is None else self.env), "cwd": str(self.cwd),
            "log": str(self.log.absolute()), "owner": os.getpid(), "grace": self.grace,
            "uid": account.pw_uid if account else None, "gid": account.pw_gid if account else None,
            "stop_signal": int(self.stop_signal), "orphan_signal": int(self.orphan_signal),
        }  # fmt: skip

    def poll(self) -> int | None:
        """The exit code (128 + n after signal n), or None while it runs. A negative one is the guard's own death."""
        return self._guard.poll() if self._guard else 0

    def stop(self) -> int:
        """Ends the command and all it started; returns the exit code. Stopping what is not running does nothing."""
        if self._guard is None:
            return 0
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.terminate()
        code = self._guard.wait()
        self._guard = self.pid = None
        return code


def living_in(directory: Path, names: Sequence[str]) -> list[int]:
    """Process ids of programs with one of these names whose working directory is `directory`: ours and nobody else's."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name = (entry / "comm").read_text().strip()
                if name in names and os.readlink(entry / "cwd") == str(directory.resolve()):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def marked(mark: str) -> list[int]:
    """Process ids whose environment has the entry `mark` ("NAME=value"), without this process."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def end(find: object, *, signals: Sequence[tuple[int, float]]) -> None:
    """Ends what `find()` returns: each signal in turn, with the seconds to wait before the next."""
    assert callable(find)
    for number, seconds in signals:
        for pid in find():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        until = time.monotonic() + seconds
        while find():
            if time.monotonic() > until:
                break
            time.sleep(0.05)
        else:
            return
