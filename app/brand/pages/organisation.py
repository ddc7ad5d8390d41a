"""The organisation's own settings: what it is called, where it is, when it is open."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post

from app.brand import forms, queries, service
from app.core import config, pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work

HOME = "/admin/settings"
MANAGE: dict[str, Any] = {"permission": "settings.manage"}
IN_BRAND = ("product_name", "postal_address")
# Zones that a US business has people in; another one is kept when it is set already.
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)


class OrganisationPage(msgspec.Struct, frozen=True):
    """`typed` is what stands in the inputs; `zones` are offered."""

    typed: dict[str, Any]
    zones: list[str]
    locales: dict[str, str]
    days: tuple[str, ...] = forms.DAYS


@get(HOME, opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = await _context(work, await _stored(work))
    return await pages.page(request, work, "brand/organisation.html", context, title="Organisation")


async def _stored(work: Work) -> dict[str, Any]:
    now = await config.everything(work)
    _, worn = await queries.latest(work)
    hours = {day: forms.hours_text((now.get("hours") or {}).get(day, [])) for day in forms.DAYS}
    named = {"product_name": worn.get("product_name") or work.tenant.name}
    return {
        **hours,
        **named,
        "postal_address": worn.get("postal_address", ""),
        "zone": now["zone"],
        "locale": now["locale"],
    }


async def _context(work: Work, typed: Mapping[str, Any]) -> OrganisationPage:
    zone = await config.get(work, "zone")
    return OrganisationPage(dict(typed), list(dict.fromkeys((*ZONES, zone))), forms.LOCALES)


@post(HOME, opt=MANAGE)
async def save(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await pages.form(request)
    try:
        wanted = forms.read_settings(given)
        sent = await service.change_worn(work, {name: str(given.get(name, "")) for name in IN_BRAND})
        changed = await service.change_settings(work, wanted)
    except Invalid as problem:
        context = await _context(work, given)
        return await pages.refused(request, work, "brand/organisation.html", context, problem, title="Organisation")
    return pages.redirect(request, HOME, Toast("Saved." if sent or changed else "Nothing was changed."))


HANDLERS = [show, save]
