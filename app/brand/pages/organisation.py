"""The organisation's own settings: what it is called, where it is, when it is open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post

from app.brand import forms, queries, service
from app.core import config, pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say

HOME = "/admin/settings"
MANAGE: dict[str, Any] = {"permission": "settings.manage"}
IN_BRAND = ("product_name", "postal_address")
# Zones that a US business has people in; another one is kept when it is set already.
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"),
)

# What stands in the form the first time, to be saved or changed.
SUGGESTED = {day: [["09:00", "17:00"]] for day in forms.DAYS[:5]}


class OrganisationPage(msgspec.Struct, frozen=True):
    """`typed` is what stands in the inputs; `zones` and `legal` days off are offered."""

    typed: dict[str, Any]
    zones: list[str]
    locales: dict[str, str]
    legal: list[tuple[date, str]]
    days: tuple[str, ...] = forms.DAYS


@get(HOME, opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    context = await _context(work, await _stored(work))
    return await pages.page(request, work, "brand/organisation.html", context, title=say("Organisation"))


async def _stored(work: Work) -> dict[str, Any]:
    now = await config.everything(work)
    _, worn = await queries.latest(work)
    first_time = not worn.get("postal_address") and not now.get("hours")
    open_at = SUGGESTED if first_time else now.get("hours") or {}
    hours = {day: forms.hours_text(open_at.get(day, [])) for day in forms.DAYS}
    off = now.get("holidays") or []
    named = {"product_name": worn.get("product_name") or work.tenant.name}
    return {
        **hours,
        **named,
        "postal_address": worn.get("postal_address", ""),
        "zone": now["zone"],
        "locale": now["locale"],
        "legal": [one["date"] if isinstance(one, dict) else str(one) for one in off],
        "days_off": forms.days_off_text(off, await config.today(work)),
    }


async def _context(work: Work, typed: Mapping[str, Any]) -> OrganisationPage:
    zone = await config.get(work, "zone")
    legal = [(date.fromisoformat(one["date"]), one["name"]) for one in forms.legal_days(await config.today(work))]
    return OrganisationPage(dict(typed), list(dict.fromkeys((*ZONES, zone))), forms.LOCALES, legal)


@post(HOME, opt=MANAGE)
async def save(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given = await pages.form(request)
    try:
        wanted = forms.read_settings(given, await config.today(work))
        sent = await service.change_worn(work, {name: str(given.get(name, "")) for name in IN_BRAND})
        changed = await service.change_settings(work, wanted)
    except Invalid as problem:
        context = await _context(work, given)
        return await pages.refused(
            request, work, "brand/organisation.html", context, problem, title=say("Organisation")
        )
    return pages.redirect(request, HOME, Toast(say("Saved.") if sent or changed else say("Nothing was changed.")))


HANDLERS = [show, save]
