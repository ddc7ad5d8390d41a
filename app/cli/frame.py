"""What every subcommand does alike: open the runtime, run one coroutine, print, fail in a sentence."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click
import msgspec
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError

from app.core import blueprints, boot, clock
from app.core.errors import Problem
from app.core.runtime import Runtime, stop
from app.core.settings import BadSettings
from app.slices import load_for_workers
from tenants.kernel import Kernel
from tenants.provision import SlugUnavailable, UnknownTenant
from tenants.registry import Tenant

EXPECTED = (Problem, BadSettings, SlugUnavailable, UnknownTenant, blueprints.UnknownBlueprint, click.ClickException)


@dataclass
class Frame:
    """The open runtime and kernel of one command, and how it speaks."""

    runtime: Runtime
    kernel: Kernel
    json: bool

    def say(self, line: str) -> None:
        if not self.json:
            click.echo(line)

    def result(self, value: Any, line: str = "") -> None:
        """One JSON object, or one line for people."""
        if self.json:
            click.echo(msgspec.json.encode(value).decode())
        elif line:
            click.echo(line)

    async def tenant(self, slug: str) -> Tenant:
        """Raises UnknownTenant."""
        tenant = await self.runtime.directory.by_slug(slug)
        if tenant is None:
            raise UnknownTenant(f'There is no tenant "{slug}". `marquee tenants list` shows them.')
        return tenant


def command(body: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Make a click callback of `async def body(frame, …)`; adds `--json` and turns what can be expected into a line."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of lines.")
    @wraps(body)
    def run(as_json: bool, **options: Any) -> None:
        try:
            asyncio.run(_framed(body, as_json, options))
        except EXPECTED as error:
            _fail(str(error), as_json)
        except OperationalError as error:
            _fail(f"The database cannot be reached: {str(error.orig).splitlines()[0]}", as_json)

    return run


async def _framed(body: Callable[..., Awaitable[None]], as_json: bool, options: dict[str, Any]) -> None:
    load_for_workers()
    runtime = boot.boot(pool_size=4)
    kernel = boot.kernel(runtime)
    try:
        if runtime.settings.playful:
            await _follow(runtime)
        await body(Frame(runtime, kernel, as_json), **options)
    finally:
        await kernel.owner.dispose()
        await stop()


async def _follow(runtime: Runtime) -> None:
    """Business time as the others see it; before the first migration there is no clock to follow."""
    try:
        await clock.follow(runtime.directory.control())
    except (ProgrammingError, DataError):  # no table yet, or not even the role to read it with
        return


def _fail(line: str, as_json: bool) -> None:
    click.echo(msgspec.json.encode({"error": line}).decode() if as_json else line, err=not as_json)
    sys.exit(1)
