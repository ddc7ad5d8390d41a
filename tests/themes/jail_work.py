"""Work for the tests of the jail: each request names a trick to try; the answer is what came of it."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable


def _open(path: str) -> str:
    with open(path) as file:
        return file.read(20)


def _connect(port: str) -> str:
    # Not create_connection: that would first fail to import a codec.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.connect((b"127.0.0.1", int(port)))
        return "connected"


def _spin(_: str) -> str:
    while True:
        pass


def _eat(_: str) -> str:
    return str(len(bytearray(2_000_000_000)))


def _deep(_: str) -> str:
    return _deep(_)


def _thread(_: str) -> str:
    done: list[str] = []
    started = threading.Thread(target=lambda: done.append("ran"))
    started.start()
    started.join()
    return done[0]


def _die(_: str) -> str:
    os.abort()


def _remember(text: str) -> str:
    before = getattr(sys, "remembered", "nothing")
    sys.remembered = text  # type: ignore[attr-defined]
    return before


TRICKS: dict[str, Callable[[str], str]] = {
    "echo": lambda text: text.upper(),
    "open": _open,
    "write": lambda path: str(os.open(path, os.O_CREAT | os.O_WRONLY)),
    "connect": _connect,
    "socket": lambda _: str(socket.socketpair()),
    "program": lambda _: subprocess.check_output(["/bin/echo", "hi"], text=True),
    "fork": lambda _: str(os.fork()),
    "kill": lambda pid: str(os.kill(int(pid), signal.SIGKILL)),
    "kill_all": lambda _: str(os.kill(-1, 0)),
    "environment": lambda _: " ".join(sorted(os.environ)),
    "user": lambda _: str(os.getuid()),
    "thread": _thread,
    "spin": _spin,
    "sleep": lambda _: str(__import__("time").sleep(60)),
    "eat": _eat,
    "deep": _deep,
    "die": _die,
    "remember": _remember,
    "long": lambda size: "x" * int(size),
    "import": lambda name: str(__import__(name)),
}


def work(request: bytes) -> bytes:
    trick, _, argument = request.decode().partition(" ")
    try:
        return TRICKS[trick](argument).encode()
    except OSError as error:
        return f"refused: {type(error).__name__}".encode()
