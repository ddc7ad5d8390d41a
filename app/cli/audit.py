"""`marquee audit verify`: is the chain of what happened unbroken?"""

import sys

import click

from app.access.service import audit as access_audit
from app.cli.frame import Frame, command
from app.core.work import job_unit


@click.group()
def audit() -> None:
    """The tamper-evident log."""


@audit.command()
@click.option("--tenant", "slug", required=True)
@command
async def verify(frame: Frame, slug: str) -> None:
    """Recompute the chain; exit 1 and name the first bad row when it is broken."""
    async with job_unit(tenant=await frame.tenant(slug)) as work:
        verdict = await access_audit.verify(work)
    frame.result(verdict, access_audit.sentence(verdict))
    if not verdict.ok:
        sys.exit(1)


COMMANDS = [audit]
