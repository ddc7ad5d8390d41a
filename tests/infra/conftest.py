"""Folders for servers, and waiting for what another process does."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from infra.local.account import state_directory


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may pass through, as a checkout's usually is."""
    path = Path(tempfile.mkdtemp(prefix="infra-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that only we may enter."""
    path = Path(tempfile.mkdtemp(prefix="infra-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(state_directory(path), ignore_errors=True)


def eventually(holds: Callable[[], object], what: str) -> None:
    """Returns as soon as it holds; fails after a time that only a real fault can reach."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, what
        time.sleep(0.02)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Every process that names the folder in its arguments, its environment or its working directory."""
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process for process in others if _names(process, folder)]


def _names(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = [*process.cmdline(), process.cwd(), process.environ().get("MARQUEE_RUN", "")]
    except psutil.Error:
        return False
    return any(str(folder) in word for word in words)
