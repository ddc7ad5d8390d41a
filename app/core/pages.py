"""From a handler's context to a response: a full page, the fragment that it includes, or a redirect."""

import base64
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.datastructures import Cookie, FormMultiDict

from app.core import clock, config
from app.core.errors import FieldError, Invalid
from app.core.permissions import Person
from app.core.places import zone_label
from app.core.runtime import runtime
from app.core.slice import NavItem, nav, panels
from app.core.web import HttpRequest, is_htmx, locale_of
from app.core.work import Work
from tenants.binding import bound
from themes.catalogue import say
from themes.loader import make_environment
from themes.terms import spelled, worded
from themes.tokens import sheet_of

FLASH = "flash"
FLASH_SECONDS = 30
NO_STORE = {"Cache-Control": "no-store"}
# Browsers drop tabs and line breaks from addresses and read a backslash as a slash: none of them may stand in one.
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


class Dress(msgspec.Struct, frozen=True):
    """A stored brand and the address of its style sheet."""

    brand: dict[str, Any]
    css: str


dressers: list[Callable[[Work], Awaitable[Dress | None]]] = []
# What rooms add to `page` of every whole page of somebody signed in: figures of the top bar. Cheap, one statement each.
extras: list[Callable[[HttpRequest, Work], Awaitable[dict[str, Any]]]] = []
_environment = make_environment(clock.now)


class Toast(msgspec.Struct, frozen=True):
    """What was done, and how to undo it: `undo_url` takes a POST within ten seconds."""

    text: str
    undo_url: str = ""


async def page(
    request: HttpRequest,
    work: Work,
    template: str,
    context: Any = None,
    *,
    title: str,
    fragment: str | None = None,
    status: int = 200,
    toast: Toast | None = None,
) -> Response[bytes]:
    """Render `template` in the shell of the person's audience; an htmx request gets `fragment` where one is given.

    `context` is the page's declared struct (or a mapping); a name that it lacks raises in the template.
    """
    partial = fragment is not None and is_htmx(request) and not _wants_page(request)
    shown = fragment if partial and fragment else template
    values = await shell(request, work, title) | _values(context)
    if not partial and work.person is not None:
        for extra in extras:
            values["page"] |= await extra(request, work)
    html = _environment.get_template(shown).render(values)
    response = Response(
        html.encode(), status_code=status, media_type="text/html; charset=utf-8", headers=dict(NO_STORE)
    )
    if toast is not None:
        response.headers["HX-Trigger"] = _told(toast)
    if request.cookies.get(FLASH) and not partial:
        response.delete_cookie(FLASH)
    return response


def _wants_page(request: HttpRequest) -> bool:
    """A boosted link, or a part that the browser picks out of the whole page by itself."""
    return request.headers.get("HX-Boosted") == "true" or request.headers.get("HX-Request-Type") == "full"


async def refused(
    request: HttpRequest,
    work: Work,
    template: str,
    context: Any,
    problem: Invalid,
    *,
    title: str,
    fragment: str | None = None,
) -> Response[bytes]:
    """The same form again with what was typed and what to mend; nothing that the handler wrote is kept."""
    work.abandon()
    values = {**_values(context), "errors": problem.errors}
    return await page(request, work, template, values, title=title, fragment=fragment, status=422)


def redirect(request: HttpRequest, url: str, toast: Toast | None = None) -> Response[None]:
    """After a form: 303 to a page of ours, or the same told to htmx. The toast travels in a short-lived cookie."""
    headers = {**NO_STORE, **(_told_htmx(request, url) if is_htmx(request) else {"Location": url})}
    cookies = [_flash(toast)] if toast else []
    return Response(None, status_code=204 if is_htmx(request) else 303, headers=headers, cookies=cookies)


def _told_htmx(request: HttpRequest, url: str) -> dict[str, str]:
    """To another place of the same page a browser only scrolls, so the page is asked for again."""
    page, _, place = url.partition("#")
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    same = place and page == here.path + (f"?{here.query}" if here.query else "")
    return {"HX-Refresh": "true"} if same else {"HX-Redirect": url}


def stay(toast: Toast) -> Response[None]:
    """Nothing to show but what was done: for a part of a page that fetches itself."""
    return Response(None, status_code=204, headers={**NO_STORE, "HX-Trigger": _told(toast)})


def _told(toast: Toast) -> str:
    return json.dumps({"ui:toast": msgspec.to_builtins(_said(toast))})


def _said(toast: Toast) -> Toast:
    """A text that stands bare, in a refusal that became a toast for one, is said here."""
    return msgspec.structs.replace(toast, text=say(toast.text))


def _flash(toast: Toast) -> Cookie:
    value = base64.urlsafe_b64encode(msgspec.json.encode(_said(toast))).decode()
    secure = runtime().settings.secure
    return Cookie(FLASH, value=value, max_age=FLASH_SECONDS, httponly=True, samesite="lax", secure=secure)


def read_flash(request: HttpRequest) -> Toast | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(request.cookies.get(FLASH, "")), type=Toast)
    except (ValueError, msgspec.MsgspecError):
        return None


async def form(request: HttpRequest) -> dict[str, Any]:
    """The posted fields: text stripped, repeated names as lists, files as they came."""
    posted: FormMultiDict = await request.form()
    fields: dict[str, Any] = {}
    for key in posted:
        values = [value.strip() if isinstance(value, str) else value for value in posted.getall(key)]
        fields[key] = values[0] if len(values) == 1 else values
    fields.pop("_csrf", None)
    return fields


def errors_by_field(errors: list[FieldError]) -> dict[str, str]:
    """The first message for each field, for the macro that shows it beside the input."""
    return {error.field: error.message for error in reversed(errors)}


async def shell(request: HttpRequest, work: Work, title: str) -> dict[str, Any]:
    """What every layout needs, whoever looks: see `templates/base.html`."""
    tenant, person, settings = bound(), work.person, await config.everything(work)
    dress = await _dress(work)
    return {
        "page": {
            "title": title,
            "path": request.scope["path"],
            "brand": dress.brand,
            "brand_css": dress.css,
            "tenant_name": tenant.name,
            "person": person,
            "nav": nav_of(person, settings),
            "settings_nav": nav_of(person, settings, "settings"),
            "csrf_token": request.scope["state"].get("csrf_token", ""),
            "mode": request.cookies.get("mode", "system"),
            "density": person.density if person else "roomy",
            "rail": request.cookies.get("rail", ""),
            "toast": read_flash(request),
            "playful_clock": runtime().settings.playful,
            "clock_note": _clock_note(person.zone if person else settings["zone"]),
        },
        "terms": settings["terms"],
        "currency": settings["currency"],
        "zone": person.zone if person else settings["zone"],
        "locale": locale_of(request, person, settings["locale"]),
        "errors": [],
        "panels": lambda slot: panels(slot, person.may) if person else [],
    }


def _clock_note(zone: str) -> str:
    """What the banner says while business time is shifted; nothing otherwise."""
    if not clock.offset():
        return ""
    local = clock.now().astimezone(ZoneInfo(zone))
    return f"Practice clock: {local:%a, %b %-d, %-I:%M} {local:%p} {zone_label(zone)}".replace("AM", "am").replace(
        "PM", "pm"
    )


def nav_of(person: Person | None, settings: dict[str, Any], group: str = "main") -> list[NavItem]:
    """This person's navigation, or their tree of settings, as the tenant's settings want it."""
    if person is None:
        return []
    audiences = {
        "staff": ("agent", "admin"),
        "publisher": ("publisher",),
        "client": ("client",),
        "console": ("console",),
    }
    found = [item for audience in audiences[person.audience] for item in nav(audience, person.may, group)]  # type: ignore[arg-type]
    fitted = [item.fit(item, settings) if item.fit else item for item in found]
    return sorted((_worded(item, settings) for item in fitted if item is not None), key=lambda item: item.order)


def _worded(item: NavItem, settings: dict[str, Any]) -> NavItem:
    if not item.term:
        return msgspec.structs.replace(item, label=worded(item.label))
    return msgspec.structs.replace(item, label=spelled(item.term, settings["terms"])["other"])


async def _dress(work: Work) -> Dress:
    """The tenant's published brand, unless a room dresses this person otherwise (the console its resellers)."""
    for dresser in dressers:
        if (dress := await dresser(work)) is not None:
            return dress
    tenant = bound()
    return Dress(tenant.brand, f"/brand/{sheet_of(tenant.brand).name}")


def _values(context: Any) -> dict[str, Any]:
    if context is None:
        return {}
    if isinstance(context, dict):
        return context
    return {name: getattr(context, name) for name in context.__struct_fields__}


def safe_next(url: str | None, fallback: str) -> str:
    """Where to go on to: a path of this host only, so that no link can send somebody elsewhere after signing in."""
    return url if url and _OWN_PATH.fullmatch(url) else fallback


def quoted(value: str) -> str:
    return quote(value, safe="")
