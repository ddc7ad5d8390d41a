"""The `marquee` command. Each subcommand prints readable progress, exits non-zero on failure, and knows `--json`."""

import click

from app.cli import agenda, blueprints, clock, demo, doctor, people, servers, tenants


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Run and look after a Marquee installation."""


for module in (servers, tenants, blueprints, people, agenda, clock, doctor, demo):
    for command in module.COMMANDS:
        main.add_command(command)
