"""`marquee tenants …`: make, list, suspend, resume, archive, delete."""

from uuid import uuid4

import click
from sqlalchemy import text

from app.access import service as access
from app.cli.frame import Frame, command
from app.core import blueprints
from app.core.crypto import new_token
from app.core.work import unit
from tenants import provision
from tenants.registry import State, Tenant


@click.group()
def tenants() -> None:
    """The organisations on this installation."""


@tenants.command()
@click.argument("slug")
@click.option("--name", help="As it should stand on pages; made of the address when left out.")
@click.option("--blueprint", required=True, help="What kind of business: see `marquee blueprints list`.")
@click.option("--reseller", help="Slug of the reseller that it belongs to.")
@click.option("--admin-email", help="Makes a first administrator and prints a password for the first sign-in.")
@click.option("--system", is_flag=True, hidden=True)
@command
async def create(
    frame: Frame,
    slug: str,
    name: str | None,
    blueprint: str,
    reseller: str | None,
    admin_email: str | None,
    system: bool,
) -> None:
    """Make a tenant: schema, role, rows of its blueprint; all or nothing."""
    blueprints.load(blueprint)
    shown = name or slug.replace("-", " ").title()
    spec = provision.Spec(
        id=uuid4(),
        slug=slug,
        name=shown,
        blueprint=blueprint,
        hosts=(platform_host(frame, slug),),
        reseller_id=await _reseller(frame, reseller),
        brand={"product_name": shown},
    )
    frame.say(f"Making {slug} from {blueprint}")
    tenant = await provision.create(frame.kernel, spec, system=system)
    password = await _first_admin(tenant, admin_email) if admin_email else None
    url = frame.runtime.settings.origin(tenant.host)
    frame.result({"id": tenant.id, "slug": slug, "url": url, "password": password}, _made(url, admin_email, password))


def platform_host(frame: Frame, slug: str) -> str:
    return f"{slug}.{frame.runtime.settings.platform_domain}"


def _made(url: str, email: str | None, password: str | None) -> str:
    return f"{url} is ready." + (f" Sign in as {email} with {password}" if password else "")


async def _reseller(frame: Frame, slug: str | None) -> object:
    if slug is None:
        return None
    async with frame.kernel.owner.connect() as connection:
        found = await connection.scalar(text("select id from control.resellers where slug = :slug"), {"slug": slug})
    if found is None:
        raise click.ClickException(f'There is no reseller "{slug}".')
    return found


async def _first_admin(tenant: Tenant, email: str) -> str:
    password = new_token()[:20]
    async with unit(tenant=tenant) as work:
        await access.create_person(work, email=email, name=email.split("@")[0].title(), role="admin", password=password)
    return password


@tenants.command("list")
@command
async def list_(frame: Frame) -> None:
    """Every tenant with its state and schema version."""
    async with frame.kernel.owner.connect() as connection:
        rows = (
            (
                await connection.execute(
                    text(
                        "select t.slug, t.name, t.blueprint, t.state, r.slug as reseller, t.schema_version, t.migration_error"
                        " from control.tenants t left join control.resellers r on r.id = t.reseller_id"
                        " where t.state <> 'deleted' order by t.slug"
                    )
                )
            )
            .mappings()
            .all()
        )
    for row in rows:
        frame.say(
            f"{row['slug']:<20} {row['blueprint']:<16} {row['state']:<10} {row['schema_version']:<6} {row['name']}"
        )
    frame.result({"tenants": [dict(row) for row in rows]}, f"{len(rows)} tenants")


def _state_command(name: str, state: State, done: str, help_: str) -> click.Command:
    @tenants.command(name, help=help_)
    @click.argument("slug")
    @command
    async def change(frame: Frame, slug: str) -> None:
        tenant = await frame.tenant(slug)
        await provision.set_state(frame.kernel, tenant.id, state)
        frame.result({"slug": slug, "state": state}, f"{slug} is {done}.")

    return change


suspend = _state_command("suspend", "suspended", "suspended", "People see a notice; jobs wait.")
resume = _state_command("resume", "active", "active again", "Undo suspend or archive.")
archive = _state_command("archive", "archived", "archived", "Closed for good, data kept.")


@tenants.command()
@click.argument("slug")
@click.option("--yes", "confirmed", is_flag=True, help="Do it without asking.")
@command
async def delete(frame: Frame, slug: str, confirmed: bool) -> None:
    """Drop everything a tenant has. Its address stays reserved for 90 days."""
    tenant = await frame.tenant(slug)
    if not confirmed and click.prompt(f"This drops every row of {tenant.name}. Type {slug} to go on") != slug:
        raise click.ClickException("Nothing was deleted.")
    await provision.delete(frame.kernel, tenant.id)
    frame.result({"slug": slug, "deleted": True}, f"{slug} is gone.")


COMMANDS = [tenants]
