"""`marquee blueprints …`: what kinds of business there are, and what each brings."""

import click
import yaml

from app.cli.frame import Frame, command
from app.core import blueprints as core


@click.group()
def blueprints() -> None:
    """First configurations for new tenants."""


@blueprints.command("list")
@command
async def list_(frame: Frame) -> None:
    """Name and summary of each."""
    cards = [core.card(name) for name in core.names()]
    for card in cards:
        frame.say(f"{card.name:<18} {card.summary}")
    frame.result({"blueprints": cards})


@blueprints.command()
@click.argument("name")
@command
async def export(frame: Frame, name: str) -> None:
    """Print a blueprint as one YAML document, with what it builds on merged in."""
    sections = core.load(name)
    frame.result(sections, yaml.safe_dump(sections, allow_unicode=True, sort_keys=False))


COMMANDS = [blueprints]
