"""A new tenant: one form, what each blueprint brings, the true steps of its making."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from app.core import blueprints
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import form, page, redirect, refused
from app.core.runtime import runtime
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.provider import forms, queries, service
from app.provider.models import TenantOrder
from app.provider.pages.home import cards
from app.provider.queries import PlanRow
from themes.catalogue import say
from themes.tokens import brand_of, compute_theme

CREATE: dict[str, Any] = {"permission": "console.create"}
STEPS = {"waiting": 0, "making": 1, "inviting": 2, "done": 3}
Text = Annotated[str, QueryParameter()]
FIRST_COLOUR = "#1d5d8f"


class NewPage(msgspec.Struct, frozen=True, kw_only=True):
    """The form for a tenant; `order_id` when a returned order is mended, `reseller_logo` when it has one to begin with."""

    form: dict[str, Any]
    blueprints: list[blueprints.Card]
    plans: list[PlanRow]
    domain: str
    colour: str = FIRST_COLOUR
    reseller_logo: bool = False
    order_id: UUID | None = None
    errors: list[FieldError] = []


class OrderPage(msgspec.Struct, frozen=True):
    """How far the making of a tenant is: `at` counts the steps done, of three. `url` is where its people come in."""

    id: UUID
    name: str
    step: str
    at: int
    invitation: str | None
    email: str
    url: str


class BlueprintPage(msgspec.Struct, frozen=True):
    """Everything that comes with a blueprint: (heading, its lines)."""

    card: blueprints.Card
    parts: list[tuple[str, list[str]]]


@get("/console/tenants/new", opt=CREATE)
async def new_tenant(request: HttpRequest, work: WorkDep, blueprint: Text = "") -> Response[Any]:
    context = await _new(work, {"blueprint": blueprint})
    return await page(request, work, "provider/new.html", context, title=say("New tenant"))


async def _new(
    work: Work, typed: dict[str, Any], *, order_id: UUID | None = None, errors: list[FieldError] | None = None
) -> NewPage:
    own = (await queries.reseller(work, work.person.party_id)).brand if work.person.party_id else {}
    return NewPage(
        form=typed,
        blueprints=cards(),
        plans=await queries.plans(work),
        domain=runtime().settings.platform_domain,
        colour=str(typed.get("colour") or own.get("colour") or FIRST_COLOUR),
        reseller_logo=bool(own.get("logo")),
        order_id=order_id,
        errors=errors or [],
    )


@get("/console/tenants/slug", opt=CREATE)
async def check_slug(request: HttpRequest, work: WorkDep, slug: Text = "") -> Response[Any]:
    """While typing: whether the address can be had."""
    faults = await service.slug_faults(work, slug.strip().lower()) if slug else []
    context = {"slug": slug.strip().lower(), "faults": faults, "domain": runtime().settings.platform_domain}
    return await page(request, work, "provider/_slug.html", context, title="")


@get("/console/tenants/preview", opt=CREATE)
async def preview(request: HttpRequest, work: WorkDep, name: Text = "", colour: Text = "") -> Response[Any]:
    """How the colour will look, and what was mended for contrast."""
    brand = brand_of({"colour": colour, "product_name": name[:60]} if colour else {"product_name": name[:60]})
    context = {"theme": compute_theme(brand), "name": name[:60] or say("Your tenant")}
    return await page(request, work, "provider/_preview.html", context, title="")


@get("/console/blueprints/{name:str}", opt=CREATE)
async def show_blueprint(request: HttpRequest, work: WorkDep, name: FromPath[str]) -> Response[Any]:
    """What a tenant of this kind starts with, before anybody orders one."""
    if name not in {card.name for card in cards()}:
        raise NotFound
    context = BlueprintPage(blueprints.card(name), blueprints.outline(name))
    return await page(request, work, "provider/blueprint.html", context, title=context.card.label)


@post("/console/tenants", opt=CREATE)
async def order_tenant(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    order_id = UUID(raw["order_id"]) if raw.get("order_id") else None
    logo = await raw["logo"].read() if hasattr(raw.get("logo"), "read") else b""
    try:
        order = await service.order_tenant(work, forms.tenant_form(raw), order_id=order_id, logo=logo)
    except Invalid as problem:
        context = await _new(work, raw, order_id=order_id)
        return await refused(request, work, "provider/new.html", context, problem, title=say("New tenant"))
    return redirect(request, f"/console/orders/{order.id}")


@get("/console/orders/{order_id:uuid}", opt=CREATE)
async def show_order(request: HttpRequest, work: WorkDep, order_id: FromPath[UUID]) -> Response[Any]:
    """The true steps; a returned order shows its form again with why."""
    order = await queries.order(work, order_id)
    if order.step == "returned":
        errors = [FieldError("slug", "not_allowed", order.error or say("Choose another address."))]
        values = {**order.form, "colour": order.form["brand"].get("colour", "")}
        context: Any = await _new(work, values, order_id=order.id, errors=errors)
        return await page(request, work, "provider/new.html", context, title=say("New tenant"))
    name = order.form["name"]
    return await page(
        request, work, "provider/order.html", _progress(order), title=name, fragment="provider/_order.html"
    )


def _progress(order: TenantOrder) -> OrderPage:
    settings, given = runtime().settings, order.form
    url = settings.origin(f"{given['slug']}.{settings.platform_domain}")
    return OrderPage(
        order.id, given["name"], order.step, STEPS[order.step], order.invitation, given["admin_email"], url
    )


HANDLERS: list[Any] = [new_tenant, check_slug, preview, show_blueprint, order_tenant, show_order]
