"""The jail itself: each trick meets a closed door, and the same work without tricks is done (T28)."""

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from themes.jail import Broke, Jail, Limits, TookTooLong, TookTooMuch

WORK = "tests.themes.jail_work:work"
WAYS = [True, False]


@pytest.fixture(scope="module", params=WAYS, ids=["bubblewrap", "plain"])
def jail(request: pytest.FixtureRequest) -> Iterator[Jail]:
    made = Jail(WORK, Limits(seconds=1, wall=3, megabytes=256, answer_bytes=100_000), bubblewrap=request.param)
    if request.param and "bubblewrap" not in made.start():
        made.close()
        pytest.skip("bubblewrap is not installed here, or not allowed to work")
    yield made
    made.close()


def test_honest_work_is_done(jail: Jail) -> None:
    assert jail.call(b"echo hello") == b"HELLO" and jail.call(b"thread") == b"ran"


def test_it_says_which_doors_stand(jail: Jail) -> None:
    assert {"no network", "seccomp", "limits"} <= set(jail.start())


@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/self/environ", "/proc/1/environ", __file__, "/dev/null"])
def test_no_file_can_be_opened(jail: Jail, path: str) -> None:
    assert os.path.exists(path)
    assert jail.call(f"open {path}".encode()).startswith(b"refused")


def test_a_work_with_files_of_its_own_sees_those_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "font").write_text("a font")
    tmp_path.chmod(0o755)
    reading = Jail(WORK, readable=(str(tmp_path),), bubblewrap=False)
    if "landlock" not in reading.start():
        pytest.skip("this kernel has no Landlock; bubblewrap does the same where it works")
    assert reading.call(f"open {tmp_path}/font".encode()) == b"a font"
    for path in ("/etc/passwd", "/proc/self/environ", __file__):
        assert reading.call(f"open {path}".encode()).startswith(b"refused")
    assert reading.call(f"write {tmp_path}/new".encode()).startswith(b"refused")
    reading.close()


def test_nothing_can_be_written(jail: Jail, tmp_path: Path) -> None:
    for place in (tmp_path / "x", Path("/tmp/x-from-a-jail"), Path("/dev/shm/x-from-a-jail")):
        assert jail.call(f"write {place}".encode()).startswith(b"refused")
        assert not place.exists()


def test_the_network_is_another_one_even_before_any_request() -> None:
    plain = Jail(WORK, bubblewrap=False)
    plain.start()
    try:
        there = os.readlink(f"/proc/{plain._cells[0]._process.pid}/ns/net")
    except PermissionError:
        pytest.skip("only root may look at another process's namespaces")
    finally:
        plain.close()
    assert there != os.readlink("/proc/self/ns/net")


def test_no_network_not_even_loopback(jail: Jail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), 1).close()
        listening.accept()
        assert jail.call(f"connect {port}".encode()).startswith(b"refused")
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert jail.call(b"socket").startswith(b"refused")


@pytest.mark.parametrize(
    "trick", ["program", "fork", f"kill {os.getpid()}", "kill_all"], ids=["program", "fork", "kill", "kill_all"]
)
def test_no_programs_processes_or_signals(jail: Jail, trick: str) -> None:
    assert jail.call(trick.encode()).startswith(b"refused")


def test_nothing_of_our_environment_is_in_there(jail: Jail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARQUEE_SECRET_KEY", "x")
    fresh = Jail(WORK, bubblewrap=False)
    assert b"MARQUEE" not in fresh.call(b"environment")
    fresh.close()


def test_one_request_cannot_leave_anything_for_the_next(jail: Jail) -> None:
    assert jail.call(b"remember a secret of tenant A") == b"nothing"
    assert jail.call(b"remember x") == b"nothing"


@pytest.mark.parametrize(
    ("trick", "failure"),
    [
        ("spin", (TookTooLong, Broke)),
        ("sleep", TookTooLong),
        ("eat", TookTooMuch),
        ("deep", TookTooMuch),
        ("die", Broke),
        ("long 200000", TookTooMuch),
        ("import no_such_module", Broke),
        ("unheard_of", Broke),
    ],
)
def test_bad_ends_are_clean_errors_and_the_next_request_works(jail: Jail, trick: str, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        jail.call(trick.encode())
    assert jail.call(b"echo still here") == b"STILL HERE"


def test_many_threads_get_their_own_answers(jail: Jail) -> None:
    got: dict[int, bytes] = {}
    threads = [
        threading.Thread(target=lambda n=n: got.update({n: jail.call(f"echo a{n}".encode())})) for n in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: f"A{n}".encode() for n in range(24)}


def test_a_work_that_does_not_exist_is_said_so_at_the_start() -> None:
    with pytest.raises(Broke, match="No module named"):
        Jail("tests.themes.no_such_work:work", bubblewrap=False).start()


FORKING = """
import os, sys
from themes.jail import Jail
jail = Jail("tests.themes.jail_work:work", bubblewrap=False)
assert jail.call(b"echo a") == b"A"
first = jail._cells[0]._process.pid
child = os.fork()
if child == 0:
    os._exit(0 if jail.call(b"echo b") == b"B" and jail._cells[0]._process.pid != first else 1)
ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(ended or (jail.call(b"echo c") != b"C"))
"""


def test_a_fork_of_our_process_has_cells_of_its_own() -> None:
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", FORKING], cwd=root, timeout=60, check=False).returncode == 0


ORPHAN = """
import os
from themes.jail import Jail
jail = Jail("tests.themes.jail_work:work", bubblewrap=False)
jail.start()
print(jail._cells[0]._process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_cell_ends_with_the_process_that_it_works_for() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=root, capture_output=True, text=True, timeout=60, check=False
    )
    pid = int(done.stdout.split()[-1])
    gone = os.pidfd_open(pid) if os.path.exists(f"/proc/{pid}/stat") else None
    if gone is not None:
        assert select.select([gone], [], [], 20)[0], "it outlived its owner"
        os.close(gone)
