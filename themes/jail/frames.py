"""Length-prefixed messages over a socket or a pipe."""

import os
import select
import struct
import time
from collections.abc import Callable

HEAD = struct.Struct("!I")
LONGEST = 80_000_000


class Closed(Exception):
    """The other end is gone, or said more than anyone may."""


class Late(Exception):
    """Nothing, or not all of it, came in time."""


def send(fd: int, message: bytes, deadline: float | None = None) -> None:
    """Raises Closed or Late. `deadline` is on the monotonic clock."""
    view = memoryview(HEAD.pack(len(message)) + message)
    while view:
        _wait(fd, select.POLLOUT, deadline)
        try:
            view = view[os.write(fd, view[:65536]) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error


def receive(fd: int, deadline: float | None = None, longest: int = LONGEST) -> bytes:
    """Raises Closed or Late."""
    (size,) = HEAD.unpack(_exactly(fd, HEAD.size, deadline))
    if size > longest:
        raise Closed
    return _exactly(fd, size, deadline)


def _exactly(fd: int, size: int, deadline: float | None) -> bytes:
    got = bytearray()
    while len(got) < size:
        _wait(fd, select.POLLIN, deadline)
        try:
            piece = os.read(fd, min(size - len(got), 1 << 20))
        except ConnectionResetError as error:
            raise Closed from error
        if not piece:
            raise Closed
        got += piece
    return bytes(got)


def _wait(fd: int, event: int, deadline: float | None, now: Callable[[], float] = time.monotonic) -> None:
    if deadline is None:
        return
    poll = select.poll()
    poll.register(fd, event)
    if not poll.poll(max(0, int((deadline - now()) * 1000))):
        raise Late
