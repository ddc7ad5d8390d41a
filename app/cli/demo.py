"""`marquee demo`, the parts that it starts, and the replay of a CSV through the running intake API."""

import os
import sys
from pathlib import Path

import click

from app.core import crypto
from infra.local import demo as local


@click.command()
def demo() -> None:
    """Start everything on this machine: servers, web, worker, desk, demo world. Ctrl-C ends it.

    PORT chooses the port (the desk takes the two after it), FRESH=1 drops the demo's data first.
    """
    port = int(os.environ.get("PORT") or "8000")
    fresh = os.environ.get("FRESH", "") not in ("", "0")
    folder = Path(os.environ.get("MARQUEE_DATA_DIR") or ".marquee").absolute()
    sys.exit(local.run(port, fresh, folder, extra=_ways_out(port, folder)))


def _ways_out(port: int, folder: Path) -> dict[str, str]:
    """Mail and calls of the demo go to its own desk, unless other servers are named."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    ours = {
        "MARQUEE_MAIL_URL": f"smtp://127.0.0.1:{port + 2}?security=none",
        "MARQUEE_CARRIER_URL": f"http://127.0.0.1:{port + 1}",
        "MARQUEE_CARRIER_SECRET": crypto.sign(local.secret_key(folder), "carrier", "demo"),
    }
    return {name: os.environ.get(name) or value for name, value in ours.items()}


@click.command("demo-desk", hidden=True)
def desk() -> None:
    """The mailbox, guide and practice clock beside the demo."""
    from app.demo.desk import run

    run()


@click.command("demo-seed", hidden=True)
@click.option(
    "--past", "when", flag_value="past", help="The tenants, their twelve weeks and today, before anything is served."
)
@click.option("--today", "when", flag_value="today", help="The newest leads, by HTTP.")
def seed(when: str) -> None:
    """Make the demo world unless it stands."""
    from app.demo import seed as world

    world.make_past() if when == "past" else world.make_today()


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="The CSV file."
)
@click.option("--tenant", required=True, help="Slug of a tenant of the running demo.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="YAML: field ← column.",
)
@click.option("--rate", default=50.0, show_default=True, help="Posts a second.")
@click.option("--limit", type=int, help="Only the first so many rows.")
def replay(data: Path, tenant: str, mapping: Path, rate: float, limit: int | None) -> None:
    """Stream a CSV through the intake API of the running demo and say what became of it."""
    from app.demo.replay import replay as run

    run(data, tenant, mapping, rate, limit)


COMMANDS = [demo, desk, seed, replay]
