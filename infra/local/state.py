"""What a launcher remembers between runs: its port and its passwords, in one file that only we may read."""

import fcntl
import json
import os
import random
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

PORTS = range(15000, 30000)  # below the range from which the kernel picks ports for outgoing connections


class AlreadyRunning(RuntimeError):
    """Another process owns this directory right now."""


class State:
    """A JSON file of mode 0600. Missing passwords are made at once; `port` stays until it is found taken."""

    def __init__(self, path: Path, passwords: Sequence[str]) -> None:
        self.path, self._names = path, passwords
        self._values: dict[str, str | int] = {}

    def __getitem__(self, name: str) -> str:
        return str(self._read()[name])

    @property
    def port(self) -> int:
        return int(self._read()["port"])

    def _read(self) -> dict[str, str | int]:
        if not self._values:
            self._values = json.loads(self.path.read_text())
        return self._values

    def prepare(self) -> None:
        """Makes the file if need be, and picks another port when the remembered one is taken."""
        values = json.loads(self.path.read_text()) if self.path.exists() else {}
        for name in self._names:
            values.setdefault(name, secrets.token_urlsafe(24))
        if not port_free(int(values.get("port", 0))):
            values["port"] = free_port()
        self._values = values
        write_private(self.path, json.dumps(values, indent=1) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one step; only we may read it."""
    draft = path.with_name(path.name + ".new")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def port_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:port; 0 is no port."""
    if port == 0:
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    return next(port for port in random.sample(PORTS, len(PORTS)) if port_free(port))


def lock(path: Path) -> TextIO:
    """Holds the file's lock until the returned file is closed or we end in any way. Raises AlreadyRunning."""
    file = open(path, "a+")  # noqa: SIM115  the caller holds it
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip() or "?"
        file.close()
        raise AlreadyRunning(f"{path.parent} is in use by process {owner}.") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
