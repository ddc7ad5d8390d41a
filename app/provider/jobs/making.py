"""Making a tenant. It can be repeated: it is keyed by the tenant's id."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from app.access import service as access
from app.brand import queries as brands
from app.brand.models import PLACES
from app.core import agenda
from app.core.boot import worker_kernel
from app.core.runtime import runtime
from app.core.work import Work, job_unit, unit
from app.provider.models import TenantOrder
from tenants import provision
from tenants.binding import bind, bound
from tenants.registry import Tenant


class Order(msgspec.Struct, frozen=True):
    """What the effect needs of an order, with the pictures of its brand as (key, content type, bytes)."""

    id: UUID
    form: dict[str, Any]
    reseller_id: UUID | None
    pictures: list[tuple[str, str, bytes]] = []


class Made(msgspec.Struct, frozen=True):
    """How it ended: an invitation link, or why the form comes back."""

    error: str | None = None
    invitation: str | None = None


async def _read_order(work: Work, order_id: UUID) -> Order | None:
    order = await work.get(TenantOrder, order_id)
    if order is None or order.step in ("done", "returned"):
        return None
    order.step = "making"
    keys = [order.form["brand"][place] for place in PLACES if order.form["brand"].get(place)]
    found = [(one.key, one.content_type, one.body) for one in await brands.pictures(work, keys)] if keys else []
    return Order(order.id, order.form, order.reseller_id, found)


async def _provision(order: Order, _key: str) -> Made:
    """Make the tenant, then invite its first administrator; both do nothing when done already."""
    try:
        tenant = await provision.create(worker_kernel(), _spec(order))
    except provision.SlugUnavailable as error:
        return Made(error=str(error))
    await _dress(order)
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


async def _dress(order: Order) -> None:
    """The plan, and the pictures of the brand; what stands there already is the same."""
    async with worker_kernel().owner.begin() as connection:
        await connection.execute(
            text("update control.tenants set plan = :plan where id = :id and plan is null"),
            {"plan": order.form.get("plan") or None, "id": order.id},
        )
        for key, kind, body in order.pictures:
            await connection.execute(
                text(
                    "insert into control.brand_assets (tenant_id, key, content_type, body)"
                    " values (:tenant, :key, :kind, :body) on conflict (tenant_id, key) do nothing"
                ),
                {"tenant": order.id, "key": key, "kind": kind, "body": body},
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
