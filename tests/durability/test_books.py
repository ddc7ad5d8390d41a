"""A worker killed in the middle of an import and of taking it back. In a process of its own: it opens and closes runtimes."""

import subprocess
import sys


def test_every_line_comes_in_once_and_goes_once_though_its_worker_is_killed():
    done = subprocess.run(
        [sys.executable, "-m", "tests.durability.books", "--rows", "1500", "--kills", "1"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
