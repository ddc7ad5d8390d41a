"""The demo from start to stop, with stand-ins for the product's own commands."""

import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from infra.local.postgres import Postgres
from infra.local.state import PORTS, port_free
from tests.infra.conftest import eventually, processes_of
from tests.infra.stand_in import __file__ as stand_in

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    """The demo takes two in a row."""
    ports = random.sample(PORTS, len(PORTS))
    return next(port for port in ports if port_free(port) and port_free(port + 1))


@pytest.fixture
def start(folder: Path, port: int) -> Iterator[Start]:
    """Starts a demo on the folder; whatever is still running at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*flags: str, **environment: str) -> subprocess.Popen[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARQUEE_")}
        demo = subprocess.Popen(
            [sys.executable, stand_in, "run", str(port), str(folder / "data"), *flags],
            stdout=subprocess.PIPE, text=True, env=inherited | environment,
        )  # fmt: skip
        running.append(demo)
        return demo

    yield begin
    for demo in running:
        demo.kill()
        demo.wait()
    eventually(lambda: not processes_of(folder), "nothing is left")
    Postgres(folder / "data" / "postgres").drop()


def until_ready(demo: subprocess.Popen[str]) -> list[str]:
    """What it printed, the ready line last."""
    assert demo.stdout is not None
    lines: list[str] = []
    for line in demo.stdout:
        lines.append(line.strip())
        if line.startswith("ready"):
            return lines
    pytest.fail("\n".join(lines))


def ended(demo: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    demo.send_signal(number)
    return demo.wait()


def get(port: int) -> int | None:
    """The process id that the stand-in answers with, or None while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return int(response.read())
    except OSError:
        return None


def test_start_stop_and_start_again_keep_the_world(start: Start, folder: Path, port: int) -> None:
    first = start()
    printed = until_ready(first)
    assert "world made" in printed
    assert sum(line.startswith("ready") for line in printed) == 1
    assert f"http://console.localhost:{port}" in printed[-1]
    assert get(port) and get(port + 1) and get(port) != get(port + 1)
    assert oct((folder / "data" / "secret").stat().st_mode)[-3:] == "600"
    key = (folder / "data" / "secret").read_text()
    assert ended(first, signal.SIGINT) == 0
    assert not processes_of(folder)

    second = start()
    assert "world found" in until_ready(second)
    assert (folder / "data" / "secret").read_text() == key
    assert ended(second) == 0

    third = start("--fresh")
    assert "world made" in until_ready(third)
    assert (folder / "data" / "secret").read_text() != key
    assert ended(third) == 0


def test_a_second_demo_on_the_same_data_is_refused_and_harms_nothing(start: Start, port: int) -> None:
    first = start()
    until_ready(first)
    web = get(port)
    second = start()
    assert second.stdout is not None
    assert "A demo with this data is running already" in second.stdout.read()
    assert second.wait() == 1
    assert get(port) == web
    assert first.poll() is None


def test_a_killed_demo_leaves_nothing_and_starts_again(start: Start, folder: Path) -> None:
    first = start()
    until_ready(first)
    first.kill()
    first.wait()
    second = start()  # at once, while the first one's processes are still ending
    assert "world found" in until_ready(second)
    second.kill()
    second.wait()
    eventually(lambda: not processes_of(folder), "nothing is left")


@pytest.mark.parametrize("word", ["web", "worker", "desk", "postgres", "server"])
def test_killed_parts_come_back(start: Start, folder: Path, port: int, word: str) -> None:
    """word: the last of the stand-in's arguments, or the end of a server program's name."""

    def is_part(process: psutil.Process) -> bool:
        try:
            return process.name().endswith(word) or process.cmdline()[-1:] == [word]
        except psutil.NoSuchProcess:
            return False

    def parts() -> set[psutil.Process]:
        return {process for process in processes_of(folder) if is_part(process)}

    until_ready(start())
    eventually(parts, "it runs")
    before = parts()
    for process in before:
        with suppress(psutil.NoSuchProcess):  # a server's children end with it
            process.kill()
    eventually(lambda: parts() - before and not parts() & before, "it runs again")
    eventually(lambda: get(port) and get(port + 1), "web and desk answer")


def test_a_taken_port_is_said_before_anything_starts(start: Start, folder: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port + 1))
        taken.listen()
        demo = start()
        assert demo.stdout is not None
        assert f"Port {port + 1} is taken" in demo.stdout.read()
        assert demo.wait() == 1
    assert not (folder / "data" / "postgres").exists()


def test_a_failed_step_ends_the_demo_and_says_which(start: Start, folder: Path) -> None:
    demo = start("--bad-seed")
    assert demo.stdout is not None
    printed = demo.stdout.read()
    assert "fail ended with code 3" in printed
    assert "\nready" not in printed
    assert demo.wait() == 1
    assert not processes_of(folder)


def test_a_part_that_never_stands_up_ends_the_demo(start: Start, folder: Path) -> None:
    demo = start("--bad-web")
    assert demo.stdout is not None
    printed = demo.stdout.read()
    assert "web ended 5 times" in printed
    assert "\nready" not in printed
    assert demo.wait() == 1


def test_leftovers_are_ended_but_no_strangers(start: Start, folder: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    ours = subprocess.Popen(sleep, env=os.environ | {"MARQUEE_RUN": str(folder / "data")})
    other = subprocess.Popen(sleep, env=os.environ | {"MARQUEE_RUN": str(folder / "data2")})
    until_ready(start())
    assert ours.wait() == -signal.SIGTERM
    assert other.poll() is None
    other.kill()
    other.wait()


def test_fresh_never_touches_a_database_that_was_given(start: Start, folder: Path) -> None:
    until = start("--fresh", MARQUEE_DATABASE_URL="postgresql://somebody@127.0.0.1:1/theirs")
    assert until.stdout is not None
    assert "drops only the demo's own servers" in until.stdout.read()
    assert until.wait() == 1
