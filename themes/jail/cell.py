"""A cell: the process in the jail. Started as a program with its work's name and limits; talks over its
stdin.

It imports the work while files can still be read, shuts the doors, and forks for every request.
"""

import importlib
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

OK, FAILED, LATE, DIED, TOO_MUCH = b"0", b"1", b"2", b"3", b"4"
Work = Callable[[bytes], bytes]


class Told(NamedTuple):
    """What the cell is started with: where the sources are, the work as `module:function`, processor and wall seconds and
    memory of one request, how long a file it may write, what it may read, and the folder that it may write in.
    """

    root: str
    entry: str
    seconds: float
    wall: float
    megabytes: int
    file_bytes: int
    readable: list[str]
    scratch: str


def main(told: Told) -> None:
    sys.path.insert(0, told.root)  # before an installed copy, which may be of another checkout
    if told.scratch:
        os.environ["TMPDIR"] = told.scratch
    _serve_all(_come_up(told), told)


def _come_up(told: Told) -> Work:
    """The work, behind shut doors. Whoever started the cell hears which ones stand, or what went wrong."""
    from themes.jail import frames

    try:
        work = _imported(told.entry)
        shut = _shut_doors(told)
    except BaseException as error:
        frames.send(0, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        raise
    frames.send(0, json.dumps({"fences": shut}).encode())
    return work


def _imported(entry: str) -> Work:
    """The work with all that it will ever load: afterwards nothing can be read."""
    module, _, name = entry.partition(":")
    imported = importlib.import_module(module)
    getattr(imported, "prepare", lambda: None)()
    work: Work = getattr(imported, name)
    return work


def _shut_doors(told: Told) -> list[str]:
    from themes.jail import fences

    enclosed = fences.enclose(told.readable, told.scratch)
    return [*enclosed, *(["seccomp"] if fences.knows_seccomp() else []), "limits"]


def _serve_all(work: Work, told: Told) -> None:
    """One request after the other, until nobody asks any more."""
    from themes.jail import fences, frames

    def confine() -> None:
        fences.confine(told.seconds, told.megabytes, told.file_bytes, opens_files=bool(told.readable))

    while True:
        try:
            request = frames.receive(0)
        except frames.Closed:
            return
        answer = serve(work, request, confine, told.wall)
        if told.scratch:
            _sweep(told.scratch)
        frames.send(0, answer)


def _sweep(scratch: str) -> None:
    """Nothing of one request is left for the next."""
    for name in os.listdir(scratch):
        shutil.rmtree(os.path.join(scratch, name), ignore_errors=True)


def serve(work: Work, request: bytes, confine: Callable[[], None], wall: float) -> bytes:
    """One request in a child of its own: a status byte and the answer."""
    from themes.jail import frames

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _work_and_exit(work, request, confine, writer)
    os.close(writer)
    try:
        return frames.receive(reader, time.monotonic() + wall)
    except frames.Late:
        return LATE
    except frames.Closed:
        return DIED
    finally:
        os.close(reader)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work_and_exit(work: Work, request: bytes, confine: Callable[[], None], writer: int) -> None:
    from themes.jail import frames

    try:
        os.close(0)
        confine()
        signal.signal(signal.SIGXCPU, lambda *_: _late(writer))
        answer = OK + work(request)
    except (MemoryError, RecursionError):
        answer = TOO_MUCH
    except BaseException as error:  # whatever it is, the request ends here
        answer = FAILED + type(error).__name__.encode()
    try:
        frames.send(writer, answer)
    finally:
        os._exit(0)


def _late(writer: int) -> None:
    from themes.jail import frames

    frames.send(writer, LATE)
    os._exit(0)


if __name__ == "__main__":
    main(Told(**json.loads(sys.argv[1])))
