"""`marquee people …`: give somebody an account, or a new password."""

import click
from sqlalchemy import select

from app.access import service as access
from app.access.models import PersonRow
from app.cli.frame import Frame, command
from app.core.crypto import new_token
from app.core.work import unit


@click.group()
def people() -> None:
    """Accounts of a tenant."""


@people.command()
@click.argument("email")
@click.option("--tenant", "slug", required=True)
@click.option("--role", required=True)
@click.option("--name", help="Made of the address when left out.")
@command
async def create(frame: Frame, email: str, slug: str, role: str, name: str | None) -> None:
    """Make an account and print its first password."""
    password = new_token()[:20]
    async with unit(tenant=await frame.tenant(slug)) as work:
        shown = name or email.split("@")[0].title()
        await access.create_person(work, email=email, name=shown, role=role, password=password)
    frame.result({"email": email, "password": password}, f"{email} can sign in with {password}")


@people.command()
@click.argument("email")
@click.option("--tenant", "slug", required=True)
@command
async def reset(frame: Frame, email: str, slug: str) -> None:
    """Set a new password and end all sessions."""
    password = new_token()[:20]
    async with unit(tenant=await frame.tenant(slug)) as work:
        person = (await work.scalars(select(PersonRow).where(PersonRow.email == email.lower()))).first()
        if person is None:
            raise click.ClickException(f"{email} has no account at {slug}.")
        await access.set_password(work, person.id, password)
    frame.result({"email": email, "password": password}, f"{email} can sign in with {password}")


COMMANDS = [people]
