"""/admin/words: what a lead, an agent and the rest are called here, with sentences that show it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post

from app.brand import service
from app.core import pages
from app.core.errors import Invalid
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from themes.catalogue import say

HOME = "/admin/words"
MANAGE: dict[str, Any] = {"permission": "settings.manage"}
Words = dict[str, dict[str, str]]


class WordsPage(msgspec.Struct, frozen=True):
    """Each term's `one`, `other` and `a` as they stand in the inputs; `own` is whether the blueprint's differ."""

    words: Words
    own: bool


def _typed(given: Mapping[str, Any]) -> Words:
    return {
        name: {part: str(given.get(f"{name}_{part}") or "") for part in ("one", "other", "a")} for name in service.TERMS
    }


async def _context(work: Work, typed: Words | None = None) -> WordsPage:
    now = await service.words(work)
    return WordsPage(typed or now, now != service.came_with(work))


@get(HOME, opt=MANAGE)
async def show(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    return await pages.page(request, work, "brand/words.html", await _context(work), title=say("Words"))


@post(f"{HOME}/look", opt=MANAGE)
async def look(request: HttpRequest, work: WorkDep) -> Response[bytes]:
    """The sentences as they would read; nothing is kept. What can't be read yet shows as it was."""
    typed = _typed(await pages.form(request))
    try:
        shown = service.checked_words(typed)
    except Invalid:
        shown = await service.words(work)
    return await pages.page(request, work, "brand/_words.html", {"words": shown}, title="")


@post(HOME, opt=MANAGE)
async def save(request: HttpRequest, work: WorkDep) -> Response[Any]:
    typed = _typed(await pages.form(request))
    try:
        changed = await service.save_words(work, typed)
    except Invalid as problem:
        context = await _context(work, typed)
        return await pages.refused(request, work, "brand/words.html", context, problem, title=say("Words"))
    told = say("Saved. Every page says it from now on.") if changed else say("Nothing was changed.")
    return pages.redirect(request, HOME, Toast(told))


@post(f"{HOME}/reset", opt=MANAGE)
async def reset(request: HttpRequest, work: WorkDep) -> Response[Any]:
    await service.save_words(work, service.came_with(work))
    return pages.redirect(request, HOME, Toast(say("The words are those that you came with.")))


HANDLERS = [show, look, save, reset]
