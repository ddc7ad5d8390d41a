"""A guard process: runs one command and sees to it that nothing of it outlives its owner.

`process.Guarded` starts it and writes what to run as one line of JSON (not as an argument: those are
public). The owner holds the guard's standard input; closing it, ending the owner in any way, or SIGTERM ends
the command: first politely, after `grace` seconds by SIGKILL. The guard adopts orphans (it is their
subreaper), so the children of a killed command go as well. If the guard itself is killed, the kernel signals
the command. Standard library only; prints the command's process id.
"""

import ctypes
import json
import os
import select
import signal
import sys
import time
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
SWEEP_SECONDS = 0.5  # for what the command leaves behind
ORPHAN_SECONDS = 3.0  # the longest grace when the owner is dead: nobody waits for a tidy end then


def prctl(option: int, value: int) -> None:
    """Does nothing where the kernel lacks it; the other two nets hold then."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def spawn(spec: dict[str, Any]) -> int:
    """Forks and executes the command; returns its process id. Raises OSError when it cannot be executed."""
    failed_read, failed_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            _become_command(spec)
        except OSError as error:
            os.write(failed_write, f"{error}".encode())
        os._exit(127)
    os.close(failed_write)
    os.close(spec["output"])
    with os.fdopen(failed_read, "rb") as pipe:
        if message := pipe.read():
            raise OSError(message.decode())
    return pid


def _become_command(spec: dict[str, Any]) -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(spec["output"], 1)
    os.dup2(spec["output"], 2)
    os.close(spec["output"])
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    if spec["uid"] is not None:
        os.setgroups([])
        os.setgid(spec["gid"])
        os.setuid(spec["uid"])
    prctl(PR_SET_PDEATHSIG, spec["stop_signal"])  # after the uid: changing it clears the setting
    if os.getppid() != spec["guard"]:
        os._exit(127)
    os.chdir(spec["cwd"])
    os.umask(0o077)
    os.execvpe(spec["argv"][0], spec["argv"], spec["env"])


def descendants() -> list[int]:
    """Every process below this one, at this moment."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:
                    parents[int(name)] = int(stat.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    below = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= grown
    return sorted(below - {os.getpid()})


def signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def reap(main: int, result: dict[str, int]) -> bool:
    """Collects the dead; True while any child is left. Keeps the command's own exit code in `result`."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if pid == 0:
            return True
        if pid == main:
            code = os.waitstatus_to_exitcode(status)
            result["code"] = code if code >= 0 else 128 - code


def sweep(main: int, result: dict[str, int], number: int, seconds: float) -> None:
    """Ends every descendant: `number` first, SIGKILL after `seconds`, and again until none is left."""
    signal_all(descendants(), number)
    until = time.monotonic() + seconds
    while reap(main, result):
        if time.monotonic() > until:
            signal_all(descendants(), signal.SIGKILL)
        time.sleep(0.02)


def watch(main: int, owner: int, wake: int, result: dict[str, int]) -> bool:
    """Waits until the command ends (True) or the owner lets go of it (False)."""
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    poll.register(wake, select.POLLIN)
    try:
        # A fork of the owner may hold our standard input open.
        poll.register(os.pidfd_open(owner), select.POLLIN)
    except OSError:
        pass  # an old kernel, or the owner is gone already: the check below tells
    while True:
        if os.getppid() != owner:
            return False
        ready = {fd for fd, _event in poll.poll()}
        if wake in ready and signal.SIGTERM in os.read(wake, 64):
            return False
        if ready - {wake}:
            return False
        reap(main, result)
        if "code" in result:
            return True


def run(spec: dict[str, Any]) -> int:
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake_read, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(wake_read, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        main = spawn(spec | {"guard": os.getpid()})
    except OSError as error:
        os.write(1, f"error {error}\n".encode())
        return 127
    os.write(1, f"{main}\n".encode())
    os.close(1)
    result: dict[str, int] = {}
    if not watch(main, spec["owner"], wake_read, result):
        signal_all([main], spec["stop_signal"])
        until = time.monotonic() + (spec["grace"] if os.getppid() == spec["owner"] else ORPHAN_SECONDS)
        while reap(main, result) and "code" not in result and time.monotonic() < until:
            time.sleep(0.02)
    sweep(main, result, spec["orphan_signal"], SWEEP_SECONDS)
    return result.get("code", 1)


def read_line() -> bytes:
    """The first line of standard input, unbuffered: later it is only waited on for its end."""
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(0, 65536)
        if not part:
            sys.exit(127)
        line += part
    return line


if __name__ == "__main__":
    sys.exit(run(json.loads(read_line())))
