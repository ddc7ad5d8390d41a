"""The console: what needs somebody, the tenants, a new one, one of them, the resellers."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter

from app.core import blueprints, pages
from app.core.errors import FieldError, Invalid
from app.core.pages import Dress, Toast, form, page, redirect, refused
from app.core.runtime import runtime
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from app.provider import forms, queries, service
from app.provider.models import TenantOrder
from app.provider.queries import ResellerRow, TenantRow, Tile
from themes.tokens import brand_of, compute_theme, sheet_of

VIEW: dict[str, Any] = {"permission": "console.view"}
CREATE: dict[str, Any] = {"permission": "console.create"}
MANAGE: dict[str, Any] = {"permission": "console.manage"}
RESELLERS: dict[str, Any] = {"permission": "console.resellers"}
STEPS = {"waiting": 0, "making": 1, "inviting": 2, "done": 3}
Text = Annotated[str, QueryParameter()]
State = Annotated[str, QueryParameter(name="state")]  # `state` itself is a reserved name of the framework


class HomePage(msgspec.Struct, frozen=True):
    """`attention` are the tenants that need somebody, worst first; `filters` what the list is narrowed to."""

    tiles: list[Tile]
    attention: list[TenantRow]
    tenants: list[TenantRow]
    filters: dict[str, str]
    blueprints: list[blueprints.Card]
    domain: str


class NewPage(msgspec.Struct, frozen=True):
    """The form for a tenant; `order_id` when a returned order is mended."""

    form: dict[str, Any]
    blueprints: list[blueprints.Card]
    domain: str
    order_id: UUID | None = None
    errors: list[FieldError] = []


class OrderPage(msgspec.Struct, frozen=True):
    """How far the making of a tenant is: `at` counts the steps done, of three."""

    id: UUID
    name: str
    step: str
    at: int
    invitation: str | None


class TenantPage(msgspec.Struct, frozen=True):
    tenant: TenantRow
    url: str
    errors: list[FieldError] = []
    reason: str = ""


class ResellersPage(msgspec.Struct, frozen=True):
    resellers: list[ResellerRow]
    form: dict[str, Any] = {}
    errors: list[FieldError] = []


@get("/console", opt=VIEW)
async def home(
    request: HttpRequest, work: WorkDep, q: Text = "", in_state: State = "", blueprint: Text = ""
) -> Response[Any]:
    everyone = await queries.tenants(work)
    shown = (
        await queries.tenants(work, q=q, state=in_state, blueprint=blueprint)
        if q or in_state or blueprint
        else everyone
    )
    context = HomePage(
        await queries.tiles(work), [row for row in everyone if row.health in ("bad", "look")], shown,
        {"q": q, "state": in_state, "blueprint": blueprint}, _cards(), runtime().settings.platform_domain,
    )  # fmt: skip
    return await page(request, work, "provider/home.html", context, title="Tenants", fragment="provider/_tenants.html")


@get("/", opt={"permission": SIGNED_IN})
async def root(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Whoever types the bare address."""
    return redirect(request, work.person.home)


def _cards() -> list[blueprints.Card]:
    return [blueprints.card(name) for name in blueprints.names() if name != "operator"]


@get("/console/tenants/new", opt=CREATE)
async def new_tenant(request: HttpRequest, work: WorkDep, blueprint: Text = "") -> Response[Any]:
    context = NewPage({"blueprint": blueprint}, _cards(), runtime().settings.platform_domain)
    return await page(request, work, "provider/new.html", context, title="New tenant")


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
    context = {"theme": compute_theme(brand), "name": name[:60] or "Your tenant"}
    return await page(request, work, "provider/_preview.html", context, title="")


@post("/console/tenants", opt=CREATE)
async def order_tenant(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    order_id = UUID(raw["order_id"]) if raw.get("order_id") else None
    try:
        order = await service.order_tenant(work, forms.tenant_form(raw), order_id=order_id)
    except Invalid as problem:
        context = NewPage(raw, _cards(), runtime().settings.platform_domain, order_id)
        return await refused(request, work, "provider/new.html", context, problem, title="New tenant")
    return redirect(request, f"/console/orders/{order.id}")


@get("/console/orders/{order_id:uuid}", opt=CREATE)
async def show_order(request: HttpRequest, work: WorkDep, order_id: FromPath[UUID]) -> Response[Any]:
    """The true steps; a returned order shows its form again with why."""
    order = await queries.order(work, order_id)
    if order.step == "returned":
        errors = [FieldError("slug", "not_allowed", order.error or "Choose another address.")]
        values = {**order.form, "colour": order.form["brand"].get("colour", "")}
        context: Any = NewPage(values, _cards(), runtime().settings.platform_domain, order.id, errors)
        return await page(request, work, "provider/new.html", context, title="New tenant")
    return await page(
        request,
        work,
        "provider/order.html",
        _progress(order),
        title=order.form["name"],
        fragment="provider/_order.html",
    )


def _progress(order: TenantOrder) -> OrderPage:
    return OrderPage(order.id, order.form["name"], order.step, STEPS[order.step], order.invitation)


@get("/console/tenants/{tenant_id:uuid}", opt=VIEW)
async def show_tenant(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    row = await queries.tenant(work, tenant_id)
    return await page(request, work, "provider/tenant.html", _tenant(row), title=row.name)


def _tenant(row: TenantRow, reason: str = "") -> TenantPage:
    return TenantPage(row, runtime().settings.origin(row.host), reason=reason)


@post("/console/tenants/{tenant_id:uuid}/open", opt=MANAGE)
async def open_tenant(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    reason = str((await form(request)).get("reason", ""))
    try:
        return redirect(request, await service.open_tenant(work, tenant_id, reason))
    except Invalid as problem:
        row = await queries.tenant(work, tenant_id)
        return await refused(request, work, "provider/tenant.html", _tenant(row, reason), problem, title=row.name)


@post("/console/tenants/{tenant_id:uuid}/state", opt=MANAGE)
async def change_state(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    raw = await form(request)
    action = str(raw.get("action", ""))
    try:
        await service.ask_for_state(work, tenant_id, action, typed_name=str(raw.get("typed_name", "")))
    except Invalid as problem:
        row = await queries.tenant(work, tenant_id)
        return await refused(request, work, "provider/tenant.html", _tenant(row), problem, title=row.name)
    done = {
        "suspend": "Suspended within a second or two.",
        "resume": "Active again in a moment.",
        "archive": "Archived in a moment.",
    }
    return redirect(request, "/console", Toast(done.get(action, "Deleted in a moment.")))


@get("/console/resellers", opt=RESELLERS)
async def show_resellers(request: HttpRequest, work: WorkDep) -> Response[Any]:
    context = ResellersPage(await queries.resellers(work))
    return await page(request, work, "provider/resellers.html", context, title="Resellers")


@post("/console/resellers", opt=RESELLERS)
async def save_reseller(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    reseller_id = UUID(raw["id"]) if raw.get("id") else None
    try:
        brand = {"product_name": str(raw.get("name", "")).strip(), **forms.brand(str(raw.get("colour", "")))}
        await service.save_reseller(
            work,
            reseller_id=reseller_id,
            name=str(raw.get("name", "")),
            slug=str(raw.get("slug", "")).strip().lower(),
            brand=brand,
        )
    except Invalid as problem:
        context = ResellersPage(await queries.resellers(work), raw)
        return await refused(request, work, "provider/resellers.html", context, problem, title="Resellers")
    return redirect(request, "/console/resellers", Toast(f"{raw.get('name')} is saved in a moment."))


async def reseller_dress(work: Work) -> Dress | None:
    """The console wears the reseller's brand for the reseller's people, the operator's own for everybody else."""
    person = work.person
    if person is None or person.audience != "console" or person.party_id is None:
        return None
    own = next((row for row in await queries.resellers(work) if row.id == person.party_id), None)
    if own is None:
        return None
    return Dress(own.brand, f"/brand/reseller/{own.id}-{sheet_of(own.brand).name}")


pages.dressers.append(reseller_dress)
HANDLERS: list[Any] = [
    home, root, new_tenant, check_slug, preview, order_tenant, show_order, show_tenant, open_tenant, change_state,
    show_resellers, save_reseller,
]  # fmt: skip
