"""/admin/portal: sections, words and first weeks of the client portal, arranged beside a true phone."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from app.brand import service
from app.brand.pages.preview import ModeParameter, client_page, stages_of
from app.brand.service.portal import Kept
from app.core import config, pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.slice import NavItem
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say
from themes.terms import worded

HOME = "/admin/portal"
MANAGE: dict[str, Any] = {"permission": "brand.manage"}


class Row(msgspec.Struct, frozen=True):
    """A section as it stands in the list: its place in the portal, the word on its tab, whether clients see it."""

    item: NavItem
    label: str
    shown: bool


class LayoutPage(msgspec.Struct, frozen=True, kw_only=True):
    """`changes` counts what publishing would change; `stages` are (name, label, words for the client)."""

    rows: list[Row]
    stages: list[tuple[str, str, str]]
    steps: list[dict[str, str]]
    changes: int
    history: list[Kept]
    needed: tuple[str, ...] = service.NEEDED_SECTIONS


async def _context(work: Work, typed: Mapping[str, Any] | None = None) -> LayoutPage:
    layout, worn = typed or await service.drafted_layout(work), await service.worn_layout(work)
    known = {item.key: item for item in service.known_sections()}
    shown = [Row(known[each["name"]], each["label"], True) for each in layout["sections"] if each["name"] in known]
    hidden = [Row(item, item.label, False) for key, item in known.items() if key not in {row.item.key for row in shown}]
    stages = [(stage["name"], stage["label"], layout["stages"].get(stage["name"], "")) for stage in stages_of(work)]
    steps = [dict(step) for step in layout["steps"]]
    empty = {"when": "", "what": ""}
    return LayoutPage(
        rows=[*shown, *hidden], stages=stages, steps=[*steps, *[empty] * (service.MOST_STEPS - len(steps))],
        changes=service.layout_differs(worn, layout), history=await service.layout_history(work),
    )  # fmt: skip


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """The layout that the form describes; `move` is a section's key and up or down."""
    order = given.get("section", [])
    order = [order] if isinstance(order, str) else list(order)
    name, _, way = str(given.get("move") or "").partition(":")
    if name in order:
        at = order.index(name)
        to = min(max(at + (1 if way == "down" else -1), 0), len(order) - 1)
        order.insert(to, order.pop(at))
    sections = [
        {"name": key, "label": str(given.get(f"label_{key}") or "")}
        for key in order
        if given.get(f"shown_{key}") == "1"
    ]
    stages = {key.removeprefix("stage_"): str(text) for key, text in given.items() if key.startswith("stage_") and text}
    places = range(service.MOST_STEPS)
    steps = [{"when": str(given.get(f"when_{at}") or ""), "what": str(given.get(f"what_{at}") or "")} for at in places]
    return {"sections": sections, "stages": stages, "steps": [step for step in steps if step["when"] or step["what"]]}


@get(HOME, opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    request.scope["state"]["framed"] = True
    return await pages.page(request, work, "brand/portal.html", await _context(work), title=worded("%(Client)s portal"))


@post(HOME, opt=MANAGE)
async def save(request: HttpRequest, work: WorkDep) -> Response[Any]:
    """Keep the draft; `then=publish` puts it on. A script saves each change and gets how it stands."""
    request.scope["state"]["framed"] = True
    given = await pages.form(request)
    typed = read(given)
    try:
        await service.save_layout(work, typed)
        sent = await service.publish_layout(work) if given.get("then") == "publish" else None
    except Invalid as problem:
        fragment, context = "brand/_portal_state.html", await _context(work, typed)
        return await pages.refused(
            request, work, "brand/portal.html", context, problem, title=worded("%(Client)s portal"), fragment=fragment
        )
    if sent is not None:
        told = say("Published. Clients see it with their next page.") if sent else say("Nothing was changed.")
        return pages.redirect(request, HOME, Toast(told))
    if request.headers.get("HX-Request") == "true" and not given.get("move"):
        context = await _context(work)
        return await pages.page(
            request, work, "brand/portal.html", context, title="", fragment="brand/_portal_state.html"
        )
    return pages.redirect(request, HOME)


@post(f"{HOME}/discard", opt=MANAGE)
async def discard(request: HttpRequest, work: WorkDep) -> Response[Any]:
    await service.discard_layout(work)
    return pages.redirect(request, HOME, Toast(say("The draft is as what clients see.")))


@post(f"{HOME}/versions/{{number:int}}/back", opt=MANAGE)
async def go_back(request: HttpRequest, work: WorkDep, number: FromPath[int]) -> Response[Any]:
    sent = await service.back_to_layout(work, number)
    told = say("Published. Clients see it with their next page.") if sent else say("Nothing was changed.")
    return pages.redirect(request, HOME, Toast(told))


@get(f"{HOME}/preview", opt=MANAGE)
async def preview(request: HttpRequest, work: WorkDep, mode: ModeParameter = "light") -> Response[bytes]:
    """The client's first page under the draft's words, to stand in a frame."""
    settings = await config.everything(work)
    return await client_page(request, work, settings, await service.drafted_layout(work), mode)


HANDLERS = [show, save, discard, go_back, preview]
