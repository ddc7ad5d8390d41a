"""Ordering a tenant: the form is kept, the worker makes it."""

from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from app.brand.service import keep_picture
from app.core import agenda, blueprints, clock, events
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from app.provider import queries
from app.provider.models import TenantOrder
from tenants.provision import SlugUnavailable, check_slug
from themes.catalogue import say

ON_THE_PAGE = ("name", "slug", "blueprint", "admin_email", "plan")  # the order in which faults are told


class TenantForm(msgspec.Struct, frozen=True, kw_only=True):
    """A new tenant as asked for. `brand` holds raw brand values as the themes' parser takes them; `plan` names one."""

    name: str
    slug: str
    blueprint: str
    admin_name: str
    admin_email: str
    plan: str = ""
    brand: dict[str, Any] = {}


async def order_tenant(
    work: Work, form: TenantForm, *, order_id: UUID | None = None, logo: bytes | None = None
) -> TenantOrder:
    """Keep the form and let the worker make the tenant. With `order_id`, a returned order is sent again, changed.

    Without a logo of its own it begins with its reseller's. Raises Invalid with a fault for each field.
    """
    await _check(work, form)
    person, house = work.person, await _of_the_house(work)
    picture = await keep_picture(work, "logo", logo) if logo else ""
    order = await queries.order(work, order_id) if order_id else None
    if order is None:
        order = TenantOrder(id=uuid7(), created_at=clock.now(), ordered_by=person.id, reseller_id=person.party_id)
        work.add(order)
    brand = dict(form.brand)
    if picture:
        brand["logo"] = picture
        house.pop("logo_dark", None)  # the house's own, for its own logo
    elif order.form and order.form["brand"].get("logo"):
        brand["logo"] = order.form["brand"]["logo"]
    order.form = msgspec.to_builtins(msgspec.structs.replace(form, brand={**house, **brand}))
    order.step, order.error = "waiting", None
    await work.flush()
    await agenda.add(work, "tenants.provision", order.id, key=f"provision:{order.id}")
    events.record(work, "tenant.ordered", "tenant", order.id, changes={"slug": (None, form.slug)})
    return order


async def _of_the_house(work: Work) -> dict[str, Any]:
    """What new tenants of this reseller begin with: its logo, font and corners, until they choose their own."""
    if work.person.party_id is None:
        return {}
    own = (await queries.reseller(work, work.person.party_id)).brand
    return {name: own[name] for name in ("logo", "logo_dark", "font", "corners", "colour") if own.get(name)}


async def _check(work: Work, form: TenantForm) -> None:
    faults = []
    if not form.name.strip():
        faults.append(FieldError("name", "missing", say("Enter the organisation's name.")))
    if form.blueprint not in blueprints.names() or form.blueprint == "operator":
        faults.append(FieldError("blueprint", "missing", say("Choose what kind of business it is.")))
    if "@" not in form.admin_email:
        faults.append(FieldError("admin_email", "missing", say("Enter the e-mail of the first administrator.")))
    if form.plan and form.plan not in {plan.name for plan in await queries.plans(work)}:
        faults.append(FieldError("plan", "not_allowed", say("Choose one of the plans.")))
    faults += await slug_faults(work, form.slug)
    if faults:
        raise Invalid(sorted(faults, key=lambda fault: ON_THE_PAGE.index(fault.field)))


async def slug_faults(work: Work, slug: str) -> list[FieldError]:
    """Why this address can't be had; nothing when it can."""
    if not slug:
        return [FieldError("slug", "missing", say("Enter an address."))]
    try:
        check_slug(slug)
    except SlugUnavailable as error:
        return [FieldError("slug", "invalid_format", str(error))]
    await queries.within_reach(work)
    if await queries.slug_taken(work, slug):
        return [FieldError("slug", "not_allowed", say('"%(slug)s" is taken. Choose another address.', slug=slug))]
    return []
