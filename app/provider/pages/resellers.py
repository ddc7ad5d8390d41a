"""Resellers and announcements for the operator; its own look for a reseller."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import FieldError, Invalid, NotFound
from app.core.pages import Dress, Toast, form, page, redirect, refused
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.provider import forms, queries, service
from app.provider.queries import Announcement, ResellerPerson, ResellerRow
from themes.catalogue import say
from themes.fonts import fonts
from themes.tokens import sheet_of

RESELLERS: dict[str, Any] = {"permission": "console.resellers"}
BRAND: dict[str, Any] = {"permission": "console.brand"}


class ResellersPage(msgspec.Struct, frozen=True):
    resellers: list[ResellerRow]
    announcements: list[Announcement]
    form: dict[str, Any] = {}
    errors: list[FieldError] = []


class ResellerPage(msgspec.Struct, frozen=True):
    """One reseller with its people, and the form that asks in another."""

    reseller: ResellerRow
    people: list[ResellerPerson]
    form: dict[str, Any] = {}
    errors: list[FieldError] = []


class OwnBrandPage(msgspec.Struct, frozen=True):
    """A reseller's look as it stands, over which lies what was typed."""

    reseller: ResellerRow
    form: dict[str, Any]
    fonts: list[tuple[str, str]]
    errors: list[FieldError] = []


@get("/console/resellers", opt=RESELLERS)
async def show_resellers(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "provider/resellers.html", await _resellers(work), title=say("Resellers"))


async def _resellers(work: Work, typed: dict[str, Any] | None = None) -> ResellersPage:
    return ResellersPage(
        await queries.resellers(work), await queries.announcements(work, all_of_them=True), typed or {}
    )


@post("/console/resellers", opt=RESELLERS)
async def save_reseller(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    name = str(raw.get("name", "")).strip()
    try:
        brand = {"product_name": name, **forms.brand(str(raw.get("colour", "")))}
        slug, email = (str(raw.get(field, "")).strip().lower() for field in ("slug", "email"))
        await service.save_reseller(work, name=name, slug=slug, brand=brand, email=email)
    except Invalid as problem:
        context = await _resellers(work, raw)
        return await refused(request, work, "provider/resellers.html", context, problem, title=say("Resellers"))
    return redirect(request, "/console/resellers", Toast(say("%(name)s is saved in a moment.", name=name)))


@get("/console/resellers/{reseller_id:uuid}", opt=RESELLERS)
async def show_reseller(request: HttpRequest, work: WorkDep, reseller_id: FromPath[UUID]) -> Response[Any]:
    context = await _reseller(work, reseller_id)
    return await page(request, work, "provider/reseller.html", context, title=context.reseller.name)


async def _reseller(work: Work, reseller_id: UUID, typed: dict[str, Any] | None = None) -> ResellerPage:
    row = await queries.reseller(work, reseller_id)
    return ResellerPage(row, await queries.people_of(work, reseller_id), typed or {})


@post("/console/resellers/{reseller_id:uuid}/people", opt={**RESELLERS, "support": False})
async def invite(request: HttpRequest, work: WorkDep, reseller_id: FromPath[UUID]) -> Response[Any]:
    raw = await form(request)
    email, name = str(raw.get("email", "")).strip().lower(), " ".join(str(raw.get("name", "")).split())
    try:
        role = str(raw.get("role", ""))
        await service.invite_person(work, reseller_id, email=email, name=name, role=role)
    except Invalid as problem:
        context = await _reseller(work, reseller_id, raw)
        return await refused(request, work, "provider/reseller.html", context, problem, title=context.reseller.name)
    said = say("The invitation to %(email)s is on its way.", email=email)
    return redirect(request, f"/console/resellers/{reseller_id}", Toast(said))


@post("/console/resellers/{reseller_id:uuid}/state", opt=RESELLERS)
async def change_state(request: HttpRequest, work: WorkDep, reseller_id: FromPath[UUID]) -> Response[Any]:
    await service.ask_for_reseller_state(work, reseller_id, str((await form(request)).get("action", "")))
    return redirect(request, "/console/resellers", Toast(say("Changed in a moment.")))


@post("/console/announcements", opt=RESELLERS)
async def announce(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    days = str(raw.get("days", ""))
    try:
        await service.announce(
            work, str(raw.get("text", "")), tone=str(raw.get("tone", "info")), days=int(days) if days.isdigit() else 0
        )
    except Invalid as problem:
        context = await _resellers(work, raw)
        return await refused(request, work, "provider/resellers.html", context, problem, title=say("Resellers"))
    return redirect(request, "/console/resellers", Toast(say("Everybody at the console reads it in a moment.")))


@post("/console/announcements/{announcement_id:uuid}/end", opt=RESELLERS)
async def withdraw(request: HttpRequest, work: WorkDep, announcement_id: FromPath[UUID]) -> Response[Any]:
    await service.withdraw(work, announcement_id)
    return redirect(request, "/console/resellers", Toast(say("Taken back in a moment.")))


@get("/console/brand", opt=BRAND)
async def show_brand(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "provider/brand.html", await _own(work, {}), title=say("Your brand"))


async def _own(work: Work, typed: dict[str, Any]) -> OwnBrandPage:
    if work.person.party_id is None:
        raise NotFound  # the operator's console wears its tenant's own brand
    own = await queries.reseller(work, work.person.party_id)
    held = {name: own.brand.get(name) or "" for name in ("product_name", "colour", "font", "support_email")}
    return OwnBrandPage(own, {**held, **typed}, [(key, font.name) for key, font in fonts().items()])


@post("/console/brand", opt=BRAND)
async def save_brand(request: HttpRequest, work: WorkDep) -> Response[Any]:
    raw = await form(request)
    logo = await raw["logo"].read() if hasattr(raw.get("logo"), "read") else b""
    values = {
        name: str(raw.get(name, "")).strip() or None for name in ("product_name", "colour", "font", "support_email")
    }
    try:
        await service.change_brand(work, values, logo=logo, bare=bool(raw.get("no_logo")))
    except Invalid as problem:
        context = await _own(work, raw)
        return await refused(request, work, "provider/brand.html", context, problem, title=say("Your brand"))
    return redirect(request, "/console/brand", Toast(say("Saved. The console wears it in a moment.")))


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
    show_resellers, save_reseller, show_reseller, invite, change_state, announce, withdraw, show_brand, save_brand,
]  # fmt: skip
