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

OK, FAILED, LATE, DIED, TOO_MUCH = b"0", b"1", b"2", b"3", b"4"
Work = Callable[[bytes], bytes]


def main(
    root: str,
    entry: str,
    seconds: float,
    wall: float,
    megabytes: int,
    file_bytes: int,
    readable: list[str],
    scratch: str,
) -> None:
    sys.path.insert(0, root)  # before an installed copy, which may be of another checkout
    if scratch:
        os.environ["TMPDIR"] = scratch
    from themes.jail import fences, frames

    try:
        module, _, name = entry.partition(":")
        imported = importlib.import_module(module)
        work: Work = getattr(imported, name)
        getattr(imported, "prepare", lambda: None)()
        shut = [
            *fences.enclose(readable, scratch),
            *(["seccomp"] if fences.knows_seccomp() else []),
            "limits",
        ]
        frames.send(0, json.dumps({"fences": shut}).encode())
    except BaseException as error:
        frames.send(0, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        raise

    def confine() -> None:
        fences.confine(seconds, megabytes, file_bytes, opens_files=bool(readable))

    while True:
        try:
            request = frames.receive(0)
        except frames.Closed:
            return
        answer = serve(work, request, confine, wall)
        if scratch:
            _sweep(scratch)
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
    told = json.loads(sys.argv[1])
    main(**told)
