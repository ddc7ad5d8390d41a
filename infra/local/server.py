"""What the private Postgres and Redis have in common: one server process, its directory, its lock."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TextIO

from infra.local.process import Guarded
from infra.local.state import State


class Server(ABC):
    """One server and its directory. What is left to a kind of server: finding its place, launching, ending a leftover."""

    def __init__(self, directory: Path, name: str, log: Path | None, secrets: list[str]) -> None:
        self.directory = directory.absolute()
        self.log = log or self.directory / f"{name}.log"
        self._state = State(self.directory / f"{name}.json", secrets)
        self._server: Guarded | None = None
        self._lock: TextIO | None = None

    def start(self) -> None:
        """Returns when the server answers. Called again after the server died, it starts it at the same port.

        Raises AlreadyRunning when another process owns the directory, NoServer, CannotStart.
        """
        if self._server is not None:
            self._server.stop()
            self._end_leftover()
            self._launch()
            return
        try:
            self._open()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def poll(self) -> int | None:
        """None while it runs, else an exit code."""
        return self._server.poll() if self._server else 0

    def stop(self) -> None:
        """Shuts the server down (clients are cut off) and lets go of the directory."""
        if self._server is not None:
            self._server.stop()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def pid(self) -> int | None:
        """Of the server's first process."""
        return self._server.pid if self._server else None

    @abstractmethod
    def drop(self) -> None:
        """Stops the server and deletes all its data, wherever it lies."""

    @abstractmethod
    def _open(self) -> None:
        """Take the directory and make it ready for the first launch of this process."""

    @abstractmethod
    def _launch(self) -> None:
        """Start the server and wait until it answers."""

    @abstractmethod
    def _end_leftover(self) -> None:
        """End what an earlier run left behind in this directory."""
