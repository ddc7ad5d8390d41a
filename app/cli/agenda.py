"""`marquee agenda …`: what failed or is in doubt, and another try for it."""

from uuid import UUID

import click
from sqlalchemy import text

from app.cli.frame import Frame, command
from app.core import clock
from app.core.work import nudge


@click.group()
def agenda() -> None:
    """Everything that happens later."""


@agenda.command("list")
@click.option(
    "--state", type=click.Choice(["failed", "parked", "waiting", "calling"]), default="failed", show_default=True
)
@click.option("--limit", default=50, show_default=True)
@command
async def list_(frame: Frame, state: str, limit: int) -> None:
    """Rows in a state, newest first."""
    async with frame.runtime.directory.relay("default").connect() as connection:
        rows = (
            (
                await connection.execute(
                    text(
                        "select id, tenant_role, kind, due, attempts, error from spine.agenda where state = :state"
                        " order by created_at desc limit :limit"
                    ),
                    {"state": state, "limit": limit},
                )
            )
            .mappings()
            .all()
        )
    for row in rows:
        frame.say(f"{row['id']}  {row['kind']:<28} {row['attempts']} tries  {row['error'] or ''}")
    frame.result({"rows": [dict(row) for row in rows]}, f"{len(rows)} {state}")


@agenda.command()
@click.argument("row", type=click.UUID)
@command
async def resend(frame: Frame, row: UUID) -> None:
    """Give a failed or parked row another try. For a parked send, first find out whether it went out."""
    async with frame.runtime.directory.relay("default").begin() as connection:
        found = await connection.execute(
            text(
                "update spine.agenda set state = 'waiting', attempts = 0, due = :now, leased_until = null"
                " where id = :id and state in ('failed', 'parked')"
            ),
            {"id": row, "now": clock.at_once()},
        )
    if not found.rowcount:
        raise click.ClickException("No failed or parked row has this id.")
    await nudge()
    frame.result({"id": row, "state": "waiting"}, "It goes out again.")


COMMANDS = [agenda]
