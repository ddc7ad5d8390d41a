"""One tenant: its health, its use, the way in, its plan and what becomes of it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core import blueprints, events
from app.core.errors import FieldError, Invalid
from app.core.export import BOM, csv_line
from app.core.pages import Toast, form, page, redirect, refused, safe_next
from app.core.runtime import runtime
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.provider import queries, service
from app.provider.queries import PlanRow, TenantRow, Usage
from themes.catalogue import say
from themes.charts import Chart, Series

VIEW: dict[str, Any] = {"permission": "console.view"}
MANAGE: dict[str, Any] = {"permission": "console.manage"}


class TenantPage(msgspec.Struct, frozen=True, kw_only=True):
    tenant: TenantRow
    url: str
    charts: list[Chart]
    plans: list[PlanRow]
    plan: str
    kind: str
    errors: list[FieldError] = []
    reason: str = ""


class MenuPage(msgspec.Struct, frozen=True):
    """What can be done to one line of the list that `next` leads back to."""

    tenant: TenantRow
    next: str


class WayPage(msgspec.Struct, frozen=True):
    """Where the hand-over waits: an address on the tenant's own host."""

    name: str
    way: str


@get("/console/tenants/{tenant_id:uuid}", opt=VIEW)
async def show_tenant(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    context = await _tenant(work, tenant_id)
    return await page(request, work, "provider/tenant.html", context, title=context.tenant.name)


async def _tenant(work: Work, tenant_id: UUID, reason: str = "") -> TenantPage:
    row = await queries.tenant(work, tenant_id)
    used, plans = await queries.usage(work, tenant_id), await queries.plans(work)
    return TenantPage(
        tenant=row,
        url=runtime().settings.origin(row.host),
        charts=[_chart(one) for one in used],
        plans=plans,
        plan=next((one.name for one in plans if one.label == row.plan), ""),
        kind=blueprints.card(row.blueprint).label if row.blueprint in blueprints.names() else row.blueprint,
        reason=reason,
    )


def _chart(used: Usage) -> Chart:
    newest = next((value for value in reversed(used.values) if value), 0)
    total = newest if used.meter == "seats" else sum(used.values)
    return Chart(
        kind="columns",
        title=f"{used.label}: {total:,}",
        subtitle=say("by day, the last 30 days, UTC"),
        labels=[f"{day:%b} {day.day}" for day in used.days],
        series=[Series(name=used.label, values=list(used.values))],
        head=say("Day"),
        empty=say("Nothing in these 30 days."),
    )


@get("/console/tenants/{tenant_id:uuid}/menu", opt=VIEW)
async def show_menu(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    """What can be done to one line of the list. `next` is the list as it stands."""
    onward = safe_next(str(request.query_params.get("next") or ""), "/console")
    context = MenuPage(await queries.tenant(work, tenant_id), onward)
    return await page(
        request, work, "provider/menu.html", context, title=context.tenant.name, fragment="provider/_menu.html"
    )


@get("/console/tenants/{tenant_id:uuid}/usage.csv", opt=VIEW)
async def export_usage(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[bytes]:
    """Its figures day by day; of its people and leads nothing leaves by the console."""
    row, used = await queries.tenant(work, tenant_id), await queries.usage(work, tenant_id)
    events.record(work, "tenants.exported", "person", work.person.id, count=1)
    lines = [csv_line([say("Day"), *(one.label for one in used)])]
    lines += [
        csv_line([str(day), *map(str, values)])
        for day, *values in zip(used[0].days, *(one.values for one in used), strict=True)
    ]
    headers = {"Content-Disposition": f'attachment; filename="{row.slug}-usage.csv"', "Cache-Control": "no-store"}
    return Response((BOM + "".join(lines)).encode(), media_type="text/csv; charset=utf-8", headers=headers)


@post("/console/tenants/{tenant_id:uuid}/open", opt=MANAGE)
async def open_tenant(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    given = await form(request)
    reason, to = str(given.get("reason", "")), safe_next(str(given.get("to") or ""), "")
    try:
        way = await service.open_tenant(work, tenant_id, reason, to)
    except Invalid as problem:
        return await _again(request, work, tenant_id, problem, reason)
    name = (await queries.tenant(work, tenant_id)).name
    return await page(request, work, "provider/opening.html", WayPage(name, way), title=name)


@post("/console/tenants/{tenant_id:uuid}/state", opt=MANAGE)
async def change_state(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    raw = await form(request)
    action = str(raw.get("action", ""))
    try:
        await service.ask_for_state(work, tenant_id, action, typed_name=str(raw.get("typed_name", "")))
    except Invalid as problem:
        return await _again(request, work, tenant_id, problem)
    done = {
        "suspend": say("Suspended within a second or two."),
        "resume": say("Active again in a moment."),
        "archive": say("Archived in a moment."),
    }
    onward = safe_next(str(raw.get("next") or ""), "/console")
    return redirect(request, onward, Toast(done.get(action, say("Deleted in a moment."))))


@post("/console/tenants/{tenant_id:uuid}/plan", opt=MANAGE)
async def change_plan(request: HttpRequest, work: WorkDep, tenant_id: FromPath[UUID]) -> Response[Any]:
    try:
        await service.choose_plan(work, tenant_id, str((await form(request)).get("plan", "")))
    except Invalid as problem:
        return await _again(request, work, tenant_id, problem)
    return redirect(request, f"/console/tenants/{tenant_id}", Toast(say("The plan changes in a moment.")))


async def _again(
    request: HttpRequest, work: Work, tenant_id: UUID, problem: Invalid, reason: str = ""
) -> Response[bytes]:
    context = await _tenant(work, tenant_id, reason)
    return await refused(request, work, "provider/tenant.html", context, problem, title=context.tenant.name)


HANDLERS: list[Any] = [show_tenant, show_menu, export_usage, open_tenant, change_state, change_plan]
