"""`web`, `worker`, `migrate`: the processes and what they stand on."""

import os
import sys
from pathlib import Path

import click

from app.cli.frame import Frame, command
from app.core.settings import BadSettings, settings
from tenants import migrate as runner


@click.command()
def web() -> None:
    """Serve the pages on 127.0.0.1 at the port of PORT."""
    import uvicorn

    try:
        port = settings().port
    except BadSettings as error:
        raise click.ClickException(str(error)) from error
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
        proxy_headers=bool(os.environ.get("MARQUEE_TRUSTED_PROXIES")),
        forwarded_allow_ips=os.environ.get("MARQUEE_TRUSTED_PROXIES", ""),
    )


@click.command()
@click.option("--processes", default=1, show_default=True, help="Worker processes.")
@click.option("--threads", default=8, show_default=True, help="Rows that each does at a time.")
def worker(processes: int, threads: int) -> None:
    """Do what is on the agenda; the relay runs beside."""
    dramatiq = str(Path(sys.executable).with_name("dramatiq"))
    arguments = [
        "--processes",
        str(processes),
        "--threads",
        str(threads),
        "--skip-logging",
        "--worker-shutdown-timeout",
        "10000",
    ]
    os.execv(dramatiq, [dramatiq, "workers.main", *arguments, "--fork-function", "workers.relay:main"])


@click.command()
@click.option("--tenant", "slug", help="Only this tenant.")
@click.option("--jobs", default=4, show_default=True, help="Tenants at a time.")
@command
async def migrate(frame: Frame, slug: str | None, jobs: int) -> None:
    """Bring control and every tenant's schema to the newest version."""
    only = (await frame.tenant(slug)).id if slug else None
    outcome = await runner.run(frame.kernel.owner, frame.kernel.app_login, tenant=only, jobs=jobs, report=frame.say)
    for failed, error in outcome.failed.items():
        frame.say(f"{failed} failed and stays on its version: {error}")
    frame.result(outcome.__dict__, _summary(outcome))
    if outcome.failed:
        sys.exit(1)


def _summary(outcome: runner.Outcome) -> str:
    if not (outcome.control or outcome.migrated or outcome.failed):
        return "Everything is on the newest version."
    return f"{len(outcome.migrated)} migrated, {len(outcome.failed)} failed."


COMMANDS = [web, worker, migrate]
