"""`/account/notices`: how one wants to hear of things."""

from typing import Any

import msgspec
from litestar import Response, get, post

from app.access.pages.session import account_at
from app.access.service import set_preferences
from app.core import config, pages
from app.core.errors import FieldError, Invalid
from app.core.pages import Toast, page, redirect, refused
from app.core.web import SIGNED_IN, HttpRequest, WorkDep
from app.core.work import Work
from app.team import forms
from app.team.models import NoticeKind, Wish, kinds_for, wishes_of
from themes.catalogue import say

OPEN: dict[str, Any] = {"permission": SIGNED_IN}
OWN: dict[str, Any] = {"permission": SIGNED_IN, "support": False}
PATH = "/account/notices"


class WishesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Each kind with what holds for it now, and the quiet hours ("" and "" for none)."""

    kinds: list[tuple[NoticeKind, Wish]]
    quiet_from: str
    quiet_to: str
    errors: list[FieldError] = []


@get(PATH, opt=OPEN)
async def show_wishes(request: HttpRequest, work: WorkDep) -> Response[Any]:
    return await page(request, work, "team/wishes.html", await _context(request, work), title=say("Notifications"))


@post(PATH, opt=OWN)
async def save_wishes(request: HttpRequest, work: WorkDep) -> Response[Any]:
    given, kinds = await pages.form(request), kinds_for(work.person, await config.everything(work))
    try:
        wishes = forms.read_wishes(given, [kind.name for kind in kinds])
    except Invalid as problem:
        typed = {name: str(given.get(name) or "") for name in ("quiet_from", "quiet_to")}
        context = msgspec.structs.replace(await _context(request, work), **typed)
        return await refused(request, work, "team/wishes.html", context, problem, title=say("Notifications"))
    await set_preferences(work, work.person.id, notices=msgspec.to_builtins(wishes))
    return redirect(request, PATH, Toast(say("Saved.")))


async def _context(request: HttpRequest, work: Work) -> WishesPage:
    wishes = wishes_of(account_at(request).preferences)
    quiet = wishes.quiet or ("", "")
    kinds = [(kind, wishes.of(kind)) for kind in kinds_for(work.person, await config.everything(work))]
    return WishesPage(kinds=kinds, quiet_from=quiet[0], quiet_to=quiet[1])


HANDLERS: list[Any] = [show_wishes, save_wishes]
