"""The cast: two resellers, tenants of every blueprint, named people in every role.

`harbor` (debt-resolution) and `summit` (sales) belong to Northwind Partners; `keystone` (mva-intake) and `willow`
(customer-care) to Bluefin Group; `console` is the operator's own tenant.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import httpx
from sqlalchemy import select, text

from app.access import service as access
from app.access.models import PersonRow
from app.core import boot
from app.core.work import unit
from tenants import migrate, provision
from tenants.registry import Tenant

NAMESPACE = UUID("6f1d0f5e-3f57-4c59-9a3e-0c6a8f0f7f11")
PASSWORD = "a long pass phrase"
RESELLERS = {"northwind": "Northwind Partners", "bluefin": "Bluefin Group"}
TENANTS = {
    "harbor": ("Harbor Debt Relief", "debt-resolution", "northwind"),
    "summit": ("Summit Learning", "sales", "northwind"),
    "keystone": ("Keystone Injury Law", "mva-intake", "bluefin"),
    "willow": ("Willow Care", "customer-care", "bluefin"),
}
STAFF = {"ada": ("admin", "Ada Admin"), "luis": ("agent", "Luis Ortega"), "maria": ("agent", "Maria Chen")}


def id_of(name: str) -> UUID:
    """The same id for the same name in every run."""
    return uuid5(NAMESPACE, name)


async def make(runtime: Any) -> None:
    """Migrate, then make resellers, tenants and people through the product's own services."""
    kernel = boot.kernel(runtime)
    outcome = await migrate.run(kernel.owner, kernel.app_login)
    assert not outcome.failed
    await _make_resellers(kernel)
    await _make_console(runtime, kernel)
    for slug, (name, blueprint, reseller) in TENANTS.items():
        spec = provision.Spec(
            id=id_of(slug),
            slug=slug,
            name=name,
            blueprint=blueprint,
            hosts=(f"{slug}.localhost",),
            reseller_id=id_of(reseller),
            brand={"product_name": name},
        )
        tenant = await provision.create(kernel, spec)
        await _make_people(tenant, STAFF)
    await let_rest(kernel)
    await kernel.owner.dispose()


async def let_rest(kernel: Any) -> None:
    """Nothing waits when a test begins; one that wants the recurring work plans it itself."""
    async with kernel.owner.begin() as connection:
        await connection.execute(text("delete from spine.agenda"))


async def _make_resellers(kernel: Any) -> None:
    async with kernel.owner.begin() as connection:
        for slug, name in RESELLERS.items():
            await connection.execute(
                text("insert into control.resellers (id, slug, name, created_at) values (:id, :slug, :name, :now)"),
                {"id": id_of(slug), "slug": slug, "name": name, "now": kernel.clock()},
            )


async def _make_console(runtime: Any, kernel: Any) -> None:
    spec = provision.Spec(
        id=id_of("console"),
        slug="console",
        name="Console",
        blueprint="operator",
        hosts=("console.localhost",),
        brand={"product_name": "Console"},
    )
    tenant = await provision.create(kernel, spec, system=True)
    await _make_people(tenant, {"olga": ("operator", "Olga Operator")})
    for slug in RESELLERS:
        async with unit(tenant=tenant) as work:
            await access.create_person(
                work,
                email=f"{slug}@example.com",
                name=RESELLERS[slug],
                role="reseller",
                password=PASSWORD,
                party_id=id_of(slug),
            )


async def _make_people(tenant: Tenant, people: dict[str, tuple[str, str]]) -> None:
    async with unit(tenant=tenant) as work:
        for first, (role, name) in people.items():
            await access.create_person(work, email=f"{first}@example.com", name=name, role=role, password=PASSWORD)


@dataclass
class Browser:
    """Somebody at a tenant's host. `person` None is an anonymous visitor."""

    client: httpx.AsyncClient
    csrf: str = ""

    async def get(self, url: str, **options: Any) -> httpx.Response:
        return await self.client.get(url, **options)

    async def post(self, url: str, data: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.client.post(url, data=data, headers=headers, **options)


@dataclass
class Cast:
    """Tenants by slug, and browsers opened for named people."""

    runtime: Any
    app: Any
    tenants: dict[str, Tenant]
    open: list[httpx.AsyncClient] = field(default_factory=list)

    def visitor(self, slug: str) -> Browser:
        return self.visitor_at(self.tenants[slug])

    def visitor_at(self, tenant: Tenant) -> Browser:
        """Somebody at the host of a tenant that a test has just made."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return Browser(httpx.AsyncClient(transport=transport, base_url=f"http://{tenant.host}:8000"))

    async def browser(self, slug: str, first_name: str) -> Browser:
        """Signed in without the form: the session is opened by the service that the form calls."""
        from app.access.pages import cookie_name, csrf_token

        browser = self.visitor(slug)
        async with unit(tenant=self.tenants[slug]) as work:
            person = (await work.scalars(select(PersonRow).where(PersonRow.email == f"{first_name}@example.com"))).one()
            token = await access.open_session(work, person, step="in", address="127.0.0.1", agent="test")
            browser.csrf = csrf_token(work, token)
        browser.client.cookies.set(cookie_name(), token)
        return browser


async def cast(runtime: Any, app: Any) -> Cast:
    runtime.directory.forget()
    tenants = {tenant.slug: tenant for tenant in await runtime.directory.everyone()}
    return Cast(runtime, app, tenants)
