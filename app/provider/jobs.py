"""What the console has done on the owner's connection. Each effect can be repeated: it is keyed by the tenant's id."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.access import service as access
from app.core import agenda, clock
from app.core.boot import worker_kernel
from app.core.runtime import runtime
from app.core.work import Work, job_unit, unit
from app.provider.models import TenantOrder
from tenants import provision
from tenants.binding import bind, bound
from tenants.registry import Tenant


class Order(msgspec.Struct, frozen=True):
    """What the effect needs of an order."""

    id: UUID
    form: dict[str, Any]
    reseller_id: UUID | None


class Made(msgspec.Struct, frozen=True):
    """How it ended: an invitation link, or why the form comes back."""

    error: str | None = None
    invitation: str | None = None


async def _read_order(work: Work, order_id: UUID) -> Order | None:
    order = await work.get(TenantOrder, order_id)
    if order is None or order.step in ("done", "returned"):
        return None
    order.step = "making"
    return Order(order.id, order.form, order.reseller_id)


async def _provision(order: Order, _key: str) -> Made:
    """Make the tenant, then invite its first administrator; both do nothing when done already."""
    try:
        tenant = await provision.create(worker_kernel(), _spec(order))
    except provision.SlugUnavailable as error:
        return Made(error=str(error))
    await _step(order.id, "inviting")
    return Made(invitation=await _invite(tenant, order))


def _spec(order: Order) -> provision.Spec:
    form, domain = order.form, runtime().settings.platform_domain
    return provision.Spec(
        id=order.id,
        slug=form["slug"],
        name=form["name"],
        blueprint=form["blueprint"],
        hosts=(f"{form['slug']}.{domain}",),
        reseller_id=order.reseller_id,
        brand={"product_name": form["name"], **form["brand"]},
    )


async def _step(order_id: UUID, step: str) -> None:
    """The progress page shows what is really being done."""
    async with job_unit(tenant=bound()) as work:
        await work.execute(text("update tenant_orders set step = :step where id = :id"), {"step": step, "id": order_id})


async def _invite(tenant: Tenant, order: Order) -> str | None:
    """The first administrator's link. After a crash in between it is made anew; somebody who is in needs none."""
    email = order.form["admin_email"].strip().lower()
    with bind(None):
        async with unit(tenant=tenant) as work:
            there = await access.find_person(work, email)
            if there is None:
                invited = await access.invite(work, email=email, name=order.form["admin_name"], role="admin")
            elif there.state == "invited":
                invited = await access.resend(work, there.id)
            else:
                return None
            return f"{runtime().settings.origin(tenant.host)}/invitation/{invited.link}"


async def _note_made(work: Work, order_id: UUID, made: Made) -> None:
    order = await work.get(TenantOrder, order_id)
    if order is not None:
        order.step, order.error = ("returned", made.error) if made.error else ("done", None)
        order.invitation = made.invitation or order.invitation


agenda.effect(
    agenda.Effect(
        "tenants.provision", prepare=_read_order, call=_provision, settle=_note_made, repeatable=True, queue="default"
    )
)


class StateWish(msgspec.Struct, frozen=True):
    """A tenant and the state that it shall have."""

    tenant_id: UUID
    state: str


async def _read_wish(work: Work, tenant_id: UUID, state: str) -> StateWish:
    return StateWish(tenant_id, state)


async def _set_state(wish: StateWish, _key: str) -> None:
    kernel = worker_kernel()
    try:
        if wish.state == "deleted":
            await provision.delete(kernel, wish.tenant_id)
        else:
            await provision.set_state(kernel, wish.tenant_id, wish.state)  # type: ignore[arg-type]
    except provision.UnknownTenant:
        return  # gone already: that is what was wished, or there is nothing left to change


async def _done(work: Work, tenant_id: UUID, state: str, _result: Any) -> None:
    """The registry holds the outcome."""


agenda.effect(
    agenda.Effect(
        "tenants.set_state", prepare=_read_wish, call=_set_state, settle=_done, repeatable=True, queue="default"
    )
)


class ResellerWish(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    slug: str
    brand: dict[str, Any]


async def _read_reseller(work: Work, reseller_id: UUID, name: str, slug: str, brand: dict[str, Any]) -> ResellerWish:
    return ResellerWish(reseller_id, name, slug, brand)


async def _save_reseller(wish: ResellerWish, _key: str) -> None:
    async with worker_kernel().owner.begin() as connection:
        await connection.execute(
            text(
                "insert into control.resellers (id, slug, name, brand, created_at) values (:id, :slug, :name, :brand, :now)"
                " on conflict (id) do update set name = excluded.name, slug = excluded.slug, brand = excluded.brand,"
                " brand_version = control.resellers.brand_version + 1"
            ),
            {
                "id": wish.id,
                "slug": wish.slug,
                "name": wish.name,
                "brand": msgspec.json.encode(wish.brand).decode(),
                "now": clock.now(),
            },
        )


async def _saved(work: Work, reseller_id: UUID, name: str, slug: str, brand: dict[str, Any], _result: Any) -> None:
    """The registry holds the outcome."""


agenda.effect(
    agenda.Effect(
        "resellers.save", prepare=_read_reseller, call=_save_reseller, settle=_saved, repeatable=True, queue="default"
    )
)
