"""A private Redis (or Valkey) for the demo and the tests; its append-only file survives a kill."""

import shutil
import signal
import socket
import time
from pathlib import Path

from infra.local import binaries
from infra.local.process import CannotStart, Guarded, end, living_in
from infra.local.server import Server
from infra.local.state import lock, write_private

START_SECONDS = 15.0


class Redis(Server):
    """One server and its directory."""

    def __init__(self, directory: Path, *, log: Path | None = None) -> None:
        super().__init__(directory, "redis", log, ["password"])

    def drop(self) -> None:
        self.stop()
        self._end_leftover()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"redis://:{self._state['password']}@127.0.0.1:{self._state.port}/0"

    def _open(self) -> None:
        self._data.mkdir(parents=True, exist_ok=True)
        self._lock = lock(self.directory / "redis.lock")
        self._end_leftover()
        self._state.prepare()

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _end_leftover(self) -> None:
        end(
            lambda: living_in(self._data, binaries.REDIS_NAMES),
            signals=[(signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)],
        )

    def _launch(self) -> None:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self._state.port),
            "requirepass": self._state["password"],
            "dir": f'"{self._data}"',
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
        }
        configuration = self.directory / "redis.conf"  # a file, because arguments are public
        write_private(configuration, "".join(f"{name} {value}\n" for name, value in settings.items()))
        self._server = Guarded([binaries.redis(), configuration], log=self.log, cwd=self._data)
        self._server.start()
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                raise CannotStart(f"Redis did not start; see {self.log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Signed in and loaded."""
        try:
            with socket.create_connection(("127.0.0.1", self._state.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self._state['password']}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"
