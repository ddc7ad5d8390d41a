"""Dead services are started again, and nothing of them outlives the supervisor."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra.local.process import CannotStart, Guarded
from infra.local.redis import Redis
from infra.local.supervisor import Supervisor
from tests.infra.conftest import eventually, processes_of
from tests.infra.stand_in import __file__ as stand_in

WORKER = [sys.executable, stand_in, "worker"]


@pytest.fixture
def supervisor(folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(folder / "logs", say=lambda line: None)
    yield supervisor
    supervisor.stop()
    eventually(lambda: not processes_of(folder), "nothing is left")


def family(folder: Path) -> list[psutil.Process]:
    """The processes of a worker: three when it is complete."""
    return [process for process in processes_of(folder) if _works(process)]


def _works(process: psutil.Process) -> bool:
    """One that dies while we look has no command line any more."""
    try:
        return "worker" in process.cmdline()
    except psutil.NoSuchProcess:  # a zombie too
        return False


def run_worker(supervisor: Supervisor, folder: Path) -> list[psutil.Process]:
    supervisor.run("worker", WORKER, env=os.environ | {"MARQUEE_RUN": str(folder)})
    eventually(lambda: len(family(folder)) == 3, "the worker has its children")
    return family(folder)


def replaced(supervisor: Supervisor, folder: Path, before: list[psutil.Process]) -> bool:
    supervisor.watch()
    return len(family(folder)) == 3 and not set(family(folder)) & set(before)


def test_a_killed_command_comes_back_without_its_old_children(supervisor: Supervisor, folder: Path) -> None:
    before = run_worker(supervisor, folder)
    pid = supervisor.pid("worker")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: replaced(supervisor, folder, before), "a new family stands for the old")


def test_a_killed_guard_changes_nothing_of_that(supervisor: Supervisor, folder: Path) -> None:
    before = run_worker(supervisor, folder)
    guard = psutil.Process(supervisor.pid("worker")).parent()
    assert guard is not None
    guard.kill()
    eventually(lambda: replaced(supervisor, folder, before), "a new family stands for the old")


def test_what_keeps_dying_is_tried_ever_later(folder: Path) -> None:
    lines: list[str] = []
    supervisor = Supervisor(folder / "logs", say=lines.append)
    supervisor.run("crash", ["sh", "-c", "echo why; exit 9"])
    waits: list[float] = []

    def died_thrice() -> bool:
        supervisor.watch()
        if supervisor.deaths()["crash"] > len(waits):
            waits.append(supervisor._entries[0].wait)
        return len(waits) == 3

    eventually(died_thrice, "it dies three times")
    assert waits == sorted(set(waits))
    assert lines == ["crash ended with code 9 (why); starting it again"] * 3
    supervisor.stop()


def test_stop_ends_what_ignores_polite_words(folder: Path) -> None:
    deaf = "trap '' TERM; echo up; while true; do sleep 600; done"
    log = folder / "deaf.log"
    command = Guarded(["sh", "-c", deaf], log=log, grace=0.2, env={"MARQUEE_RUN": str(folder)})
    command.start()
    eventually(lambda: "up" in log.read_text(), "it is deaf now")
    assert command.stop() == 128 + signal.SIGKILL
    assert not processes_of(folder)


def test_a_missing_program_is_an_error_at_once(folder: Path) -> None:
    with pytest.raises(CannotStart, match="No such file"):
        Guarded([folder / "nothing"], log=folder / "log").start()


def test_exit_codes_and_output_arrive(folder: Path) -> None:
    command = Guarded(["sh", "-c", "echo out; echo err >&2; exit 7"], log=folder / "log")
    command.start()
    assert command.wait() == 7
    assert (folder / "log").read_text() == "out\nerr\n"


def test_secrets_of_the_environment_are_in_nobodys_arguments(supervisor: Supervisor, folder: Path) -> None:
    secret = "inf-canary-7391"
    environment = {"MARQUEE_RUN": str(folder), "MARQUEE_SECRET_KEY": secret}
    supervisor.run("worker", WORKER, env=os.environ | environment)
    pid = supervisor.pid("worker")
    assert psutil.Process(pid).environ()["MARQUEE_SECRET_KEY"] == secret
    arguments = str([process.info["cmdline"] for process in psutil.process_iter(["cmdline"])])
    assert stand_in in arguments
    assert secret not in arguments


def test_redis_keeps_what_it_was_told_through_kill_and_restart(supervisor: Supervisor, folder: Path) -> None:
    import redis

    server = Redis(folder / "redis")
    supervisor.add("redis", server)
    url, pid = server.url, server.pid
    assert pid is not None
    with redis.Redis.from_url(url) as client:
        client.set("kept", "1")
        client.config_set("appendfsync", "always")
        client.set("kept", "2")
    os.kill(pid, signal.SIGKILL)

    def healed() -> bool:
        supervisor.watch()
        return server.poll() is None and server.pid != pid

    eventually(healed, "it is up again")
    assert server.url == url
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"2"
    stranger = redis.Redis.from_url(url.replace("redis://:", "redis://:x"))
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()
