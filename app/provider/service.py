"""Verbs of the console. The registry itself is written by effects on the owner's connection, never from a page."""

from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from app.access import service as access
from app.core import agenda, blueprints, clock, events
from app.core.errors import FieldError, Invalid, invalid
from app.core.runtime import runtime
from app.core.work import Actor, Work, unit
from app.provider import queries
from app.provider.models import TenantOrder
from tenants.binding import bind
from tenants.provision import SlugUnavailable, check_slug

ACTIONS = {"suspend": "suspended", "resume": "active", "archive": "archived", "delete": "deleted"}


class TenantForm(msgspec.Struct, frozen=True, kw_only=True):
    """A new tenant as asked for. `brand` holds raw brand values as the themes' parser takes them."""

    name: str
    slug: str
    blueprint: str
    admin_name: str
    admin_email: str
    brand: dict[str, Any] = {}


async def order_tenant(work: Work, form: TenantForm, *, order_id: UUID | None = None) -> TenantOrder:
    """Keep the form and let the worker make the tenant. With `order_id`, a returned order is sent again, changed.

    Raises Invalid with a fault for each field.
    """
    await _check(work, form)
    person = work.person
    order = await queries.order(work, order_id) if order_id else None
    if order is None:
        order = TenantOrder(id=uuid7(), created_at=clock.now(), ordered_by=person.id, reseller_id=person.party_id)
        work.add(order)
    order.form, order.step, order.error = msgspec.to_builtins(form), "waiting", None
    await work.flush()
    await agenda.add(work, "tenants.provision", order.id, key=f"provision:{order.id}")
    events.record(work, "tenant.ordered", "tenant", order.id, changes={"slug": (None, form.slug)})
    return order


async def _check(work: Work, form: TenantForm) -> None:
    faults = []
    if not form.name.strip():
        faults.append(FieldError("name", "missing", "Enter the organisation's name."))
    if form.blueprint not in blueprints.names() or form.blueprint == "operator":
        faults.append(FieldError("blueprint", "missing", "Choose what kind of business it is."))
    if "@" not in form.admin_email:
        faults.append(FieldError("admin_email", "missing", "Enter the e-mail of the first administrator."))
    faults += await slug_faults(work, form.slug)
    if faults:
        raise Invalid(faults)


async def slug_faults(work: Work, slug: str) -> list[FieldError]:
    """Why this address can't be had; nothing when it can."""
    try:
        check_slug(slug)
    except SlugUnavailable as error:
        return [FieldError("slug", "invalid_format", str(error))]
    await queries.within_reach(work)
    if await queries.slug_taken(work, slug):
        return [FieldError("slug", "not_allowed", f'"{slug}" is taken. Choose another address.')]
    return []


async def ask_for_state(work: Work, tenant_id: UUID, action: str, *, typed_name: str = "") -> None:
    """Suspend, resume, archive or delete. Deleting takes the name, typed. Raises NotFound beyond one's reach, Invalid."""
    if action not in ACTIONS:
        raise invalid("action", f"Choose one of: {', '.join(ACTIONS)}.")
    row = await queries.tenant(work, tenant_id)
    if action == "delete" and typed_name.strip() != row.name:
        raise invalid("typed_name", f"Type {row.name} to delete it with everything in it.")
    await agenda.add(work, "tenants.set_state", tenant_id, ACTIONS[action])
    events.record(work, "tenant.state_asked", "tenant", tenant_id, changes={"state": (row.state, ACTIONS[action])})


async def save_reseller(work: Work, *, reseller_id: UUID | None, name: str, slug: str, brand: dict[str, Any]) -> UUID:
    """Ask for a reseller to be made or changed. Raises Invalid."""
    faults = []
    if not name.strip():
        faults.append(FieldError("name", "missing", "Enter the reseller's name."))
    try:
        check_slug(slug)
    except SlugUnavailable as error:
        faults.append(FieldError("slug", "invalid_format", str(error)))
    if any(row.slug == slug and row.id != reseller_id for row in await queries.resellers(work)):
        faults.append(FieldError("slug", "not_allowed", f'"{slug}" is taken. Choose another.'))
    if faults:
        raise Invalid(faults)
    target = reseller_id or uuid7()
    await agenda.add(work, "resellers.save", target, name.strip(), slug, brand)
    events.record(work, "reseller.asked", "reseller", target, changes={"name": (None, name.strip())})
    return target


async def open_tenant(work: Work, tenant_id: UUID, reason: str) -> str:
    """An address that lets this person into the tenant once, within 60 seconds; both sides' logs say why.

    Raises NotFound beyond one's reach, Invalid without a reason, Forbidden where the tenant allows no support.
    """
    row = await queries.tenant(work, tenant_id)
    target = await runtime().directory.by_id(row.id)
    if target is None or target.state != "active":
        raise invalid("reason", f"{row.name} is not active. Resume it first.")
    person = work.person
    with bind(None):
        async with unit(Actor("person", person.id, person.name), tenant=target) as inside:
            token = await access.grant_handoff(inside, by=person.name, by_id=person.id, reason=reason)
    events.record(work, "tenant.opened", "tenant", tenant_id, changes={"reason": (None, reason)})
    return f"{runtime().settings.origin(target.host)}/handoff/{token}"
