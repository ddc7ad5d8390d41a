"""A short storm in the suite; `make torture` is the long one. In a process of its own: it opens and closes runtimes."""

import subprocess
import sys

SECONDS = "20"


def test_nothing_acknowledged_is_lost_and_nothing_happens_twice():
    done = subprocess.run(
        [sys.executable, "-m", "tests.durability", "--seconds", SECONDS, "--seed", "11"],
        capture_output=True,
        text=True,
        timeout=400,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]
