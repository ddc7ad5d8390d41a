"""The `marquee` command. Each subcommand prints readable progress, exits non-zero on failure, and knows `--json`."""

import os
from pathlib import Path

import click

from app.cli import agenda, audit, blueprints, clock, demo, doctor, people, servers, tenants
from infra.local import demo as local


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Run and look after a Marquee installation.

    Without MARQUEE_DATABASE_URL a command is for the demo whose data lies in MARQUEE_DATA_DIR (.marquee).
    """
    if context.invoked_subcommand != "demo" and not os.environ.get("MARQUEE_DATABASE_URL"):
        for name, value in local.environment(Path(os.environ.get("MARQUEE_DATA_DIR") or ".marquee")).items():
            os.environ.setdefault(name, value)


for module in (servers, tenants, blueprints, people, audit, agenda, clock, doctor, demo):
    for command in module.COMMANDS:
        main.add_command(command)
