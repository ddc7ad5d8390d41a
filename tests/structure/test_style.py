"""The style that `make lint` asks for, asked for here too, so that nobody lands without it."""

import subprocess
import sys

import pytest

from tests.structure.tree import ROOT


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["rules", "format"])
def test_every_file_is_in_style(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--quiet", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
