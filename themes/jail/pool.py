"""The jail seen from outside: a few cells, lent one at a time, thrown away when they misbehave."""

import json
import os
import queue
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import weakref
from dataclasses import asdict, dataclass

import anyio.to_thread
import structlog

from themes.jail import cell, command, fences, frames

BOOT_SECONDS = 60.0
WAIT_SECONDS = 60.0
log = structlog.get_logger()


class JailError(Exception):
    """The work was not done; the text is for a log, not for a page."""


class TookTooLong(JailError):
    """It passed its time, of the processor or of the wall."""


class TookTooMuch(JailError):
    """It passed its memory, its depth or the size of an answer."""


class Broke(JailError):
    """It died, or raised what it should not."""


class Busy(JailError):
    """All cells were taken for too long."""


@dataclass(frozen=True)
class Limits:
    """For one request: seconds of processor and of wall time (on a busy machine honest work waits),
    megabytes of address space, bytes of answer, and bytes in any one file (0: the work makes none).
    """

    seconds: float = 5.0
    wall: float = 15.0
    megabytes: int = 256
    answer_bytes: int = 8_000_000
    file_bytes: int = 0


class _Cell:
    """One running process and our end of its socket. Raises JailError when it does not start."""

    def __init__(self, words: list[str], scratch: str = "") -> None:
        self._scratch = scratch
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                words,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=command.ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        self._socket = ours
        try:
            told = json.loads(frames.receive(ours.fileno(), time.monotonic() + BOOT_SECONDS))
        except (frames.Closed, frames.Late) as error:
            self.end()
            raise Broke("the cell did not start") from error
        if "error" in told:
            self.end()
            raise Broke(f"the cell did not start: {told['error']}")
        self.fences: list[str] = told["fences"]

    def ask(self, request: bytes, limits: Limits) -> bytes:
        """Raises frames.Closed or frames.Late when the cell itself is in trouble."""
        deadline = time.monotonic() + limits.wall + 5
        frames.send(self._socket.fileno(), request, deadline)
        return frames.receive(self._socket.fileno(), deadline, limits.answer_bytes + 1)

    def end(self) -> None:
        self._socket.close()
        self._process.kill()
        self._process.wait()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def forget(self) -> None:
        """In a fork of our process: the cell belongs to the parent."""
        self._socket.close()


class Jail:
    """`entry` is `module:function`, bytes in and bytes out; its module may have a `prepare()` to import
    and warm up.

    `readable` are the only files that the work can open once it runs. Safe to use from many threads
    and loops; a fork of this process starts cells of its own.
    """

    def __init__(
        self,
        entry: str,
        limits: Limits | None = None,
        *,
        size: int = 2,
        readable: tuple[str, ...] = (),
        bubblewrap: bool = True,
    ) -> None:
        self._entry, self.limits, self._size, self._readable = entry, limits or Limits(), size, readable
        self._bubblewrap, self._lock = bubblewrap, threading.Lock()
        self.fences: tuple[str, ...] = ()
        self._reset()
        _jails.add(self)

    def _reset(self) -> None:
        self._lock, self._idle, self._cells = threading.Lock(), queue.LifoQueue[_Cell](), list[_Cell]()

    def call(self, request: bytes) -> bytes:
        """Do the work. Raises TookTooLong, TookTooMuch, Broke or Busy."""
        borrowed = self._borrow()
        try:
            answer = borrowed.ask(request, self.limits)
        except frames.Late as error:
            self._discard(borrowed)
            raise TookTooLong("the cell did not answer") from error
        except frames.Closed as error:
            self._discard(borrowed)
            raise TookTooMuch("the answer was too large, or the cell died") from error
        self._idle.put(borrowed)
        return _read(answer)

    async def acall(self, request: bytes) -> bytes:
        """The same without blocking the loop."""
        return await anyio.to_thread.run_sync(self.call, request)

    def start(self) -> tuple[str, ...]:
        """Start the first cell now, so that nobody waits for it later; the doors that stand."""
        self._idle.put(self._borrow())
        return self.fences

    def close(self) -> None:
        with self._lock:
            cells, self._cells, self._idle = self._cells, [], queue.LifoQueue()
        for one in cells:
            one.end()

    def _borrow(self) -> _Cell:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        with self._lock:
            if len(self._cells) < self._size:
                self._cells.append(self._open())
                return self._cells[-1]
        try:
            return self._idle.get(timeout=WAIT_SECONDS)
        except queue.Empty as error:
            raise Busy("all cells are taken") from error

    def _open(self) -> _Cell:
        inner = command.plain(self._told("/tmp" if self.limits.file_bytes else ""))
        wrapped = command.bubblewrapped(self._entry, inner) if self._bubblewrap else None
        if wrapped is not None:
            try:
                return self._stands(_Cell(wrapped), "bubblewrap")
            except JailError:
                self._bubblewrap = False  # installed, but this machine does not let it work
        scratch = _new_scratch() if self.limits.file_bytes else ""
        return self._stands(_Cell(command.plain(self._told(scratch)), scratch))

    def _told(self, scratch: str) -> dict[str, object]:
        limits = {key: value for key, value in asdict(self.limits).items() if key != "answer_bytes"}
        return {"entry": self._entry, **limits, "readable": self._readable, "scratch": scratch}

    def _stands(self, opened: _Cell, *more: str) -> _Cell:
        shut = (*more, *opened.fences)
        if shut != self.fences:
            log.info("jail.started", entry=self._entry, fences=", ".join(shut))
        self.fences = shut
        return opened

    def _discard(self, broken: _Cell) -> None:
        with self._lock:
            self._cells.remove(broken)
        broken.end()

    def _forked(self) -> None:
        cells = self._cells
        self._reset()
        for one in cells:
            one.forget()


def _new_scratch() -> str:
    """A folder that the cell can write in whichever user it becomes."""
    folder = tempfile.mkdtemp(prefix="cell-")
    if os.geteuid() == 0:
        os.chown(folder, fences.NOBODY, fences.NOBODY)
    return folder


def _read(answer: bytes) -> bytes:
    status, rest = answer[:1], answer[1:]
    if status == cell.OK:
        return rest
    if status == cell.LATE:
        raise TookTooLong("it ran past its time")
    if status == cell.TOO_MUCH:
        raise TookTooMuch("it ran out of memory or depth")
    if status == cell.DIED:
        raise Broke("it died, by a signal or by its limit of processor time")
    raise Broke(f"it raised {rest.decode('ascii', 'replace')}")


_jails: "weakref.WeakSet[Jail]" = weakref.WeakSet()
os.register_at_fork(after_in_child=lambda: [jail._forked() for jail in list(_jails)])
