"""Running a command that cannot outlive us, and finding what an earlier run left behind.

Standard library only. The work is done by `guard.py`, one small process beside each command.
"""

import json
import os
import pwd
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
LOG_LIMIT = 8 * 1024 * 1024  # bytes; a longer log is kept once as <name>.log.1 when its command starts


class CannotStart(RuntimeError):
    """The command could not be executed, or did not become ready; the message says why and names the log."""


class Guarded:
    """One command, its log (None: our own output) and its guard.

    `user` (a login name) needs root. `grace`: seconds between the stop signal and SIGKILL.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path | None,
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
        self._mark = f"MARQUEE_GUARD={secrets.token_hex(8)}"
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the command has been executed; again after a death. Raises CannotStart."""
        self.stop()
        output = self._open_log()
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)], pass_fds=[output],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        os.close(output)
        assert guard.stdin is not None and guard.stdout is not None
        guard.stdin.write(json.dumps(self._spec() | {"output": output}).encode() + b"\n")
        guard.stdin.flush()
        with guard.stdout as answers:
            answer = answers.readline().decode().strip()
        if not answer.isdigit():
            guard.wait()
            raise CannotStart(f"{self.argv[0]}: {answer.removeprefix('error ') or 'its guard failed'}")
        self.pid, self._guard = int(answer), guard

    def _open_log(self) -> int:
        if self.log is None:
            sys.stdout.flush()
            return os.dup(1)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)

    def _spec(self) -> dict[str, object]:
        account = pwd.getpwnam(self.user) if self.user else None
        return {
            "argv": self.argv,
            "env": dict(os.environ if self.env is None else self.env) | dict([self._mark.split("=")]),
            "cwd": str(self.cwd),
            "uid": account.pw_uid if account else None,
            "gid": account.pw_gid if account else None,
            "owner": os.getpid(),
            "stop_signal": int(self.stop_signal),
            "orphan_signal": int(self.orphan_signal),
            "grace": self.grace,
        }

    def poll(self) -> int | None:
        """None while it runs, else its exit code: 128 + n after signal n; negative if its guard died."""
        return self._guard.poll() if self._guard else 0

    def wait(self) -> int:
        """Waits for the command's own end; returns its exit code."""
        return self._guard.wait() if self._guard else 0

    def ask_to_stop(self) -> None:
        """Begins the end and returns at once, so that several can end together."""
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.terminate()

    def stop(self) -> int:
        """Ends the command and all it started; returns its exit code. Does nothing when nothing runs."""
        self.ask_to_stop()
        code = self.wait()
        if code < 0:  # the guard was killed; the kernel has told its command, nobody the command's children
            end(lambda: marked(self._mark), signals=[(self.orphan_signal, 1.0), (signal.SIGKILL, 5.0)])
        self._guard = self.pid = None
        return code


def living_in(directory: Path, names: Sequence[str]) -> list[int]:
    """Process ids of programs of these names that work in `directory`: ours and nobody else's."""
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


def end(find: Callable[[], list[int]], *, signals: Sequence[tuple[int, float]]) -> None:
    """Ends what `find()` returns: each signal in turn, with the seconds to wait before the next."""
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
