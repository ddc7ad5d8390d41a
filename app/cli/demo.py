"""`marquee demo` and what it starts."""

import os
import sys
from pathlib import Path

import click

from infra.local import demo as local


@click.command()
def demo() -> None:
    """Start everything on this machine: servers, web, worker, desk, demo world. Ctrl-C ends it."""
    port = int(os.environ.get("PORT") or "8000")
    fresh = os.environ.get("FRESH", "") not in ("", "0")
    sys.exit(local.run(port, fresh, Path(os.environ.get("MARQUEE_DATA_DIR") or ".marquee")))


COMMANDS = [demo]
