"""`marquee clock …`: shift business time in a demo or a test, for all processes at once."""

from datetime import timedelta

import click

from app.cli.frame import Frame, command
from app.core import clock as core


@click.group()
def clock() -> None:
    """Business time. Sessions, codes and the ledger keep real time."""


def duration(raw: str) -> timedelta:
    try:
        return core.span(raw)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _refuse_outside_demo(frame: Frame) -> None:
    if not frame.runtime.settings.playful:
        raise click.ClickException("The clock can only be shifted in the demo and in tests.")


async def _shift(frame: Frame, to: timedelta) -> None:
    _refuse_outside_demo(frame)
    await core.shift(frame.kernel.owner, to)
    frame.result(
        {"now": core.now(), "offset_seconds": int(to.total_seconds())},
        f"Business time is {core.now():%a %d %b %Y %H:%M} UTC.",
    )


@clock.command()
@click.argument("by")
@command
async def advance(frame: Frame, by: str) -> None:
    """Move on by 21d, 90m, 1w2d…"""
    await _shift(frame, core.offset() + duration(by))


@clock.command("set")
@click.argument("moment")
@command
async def set_(frame: Frame, moment: str) -> None:
    """Make it TIME (ISO 8601; UTC unless it says otherwise) and go on from there."""
    try:
        wanted = core.in_zone(moment, "UTC")
    except ValueError as error:
        raise click.BadParameter("Say when as 2026-11-24T10:40.") from error
    await _shift(frame, wanted - core.real_now())


@clock.command()
@command
async def reset(frame: Frame) -> None:
    """Back to real time."""
    await _shift(frame, timedelta(0))


@clock.command()
@command
async def show(frame: Frame) -> None:
    """What time it is."""
    frame.result(
        {"now": core.now(), "offset_seconds": int(core.offset().total_seconds())}, f"{core.now():%a %d %b %Y %H:%M} UTC"
    )


COMMANDS = [clock]
