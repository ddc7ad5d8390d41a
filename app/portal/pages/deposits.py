"""The client changes a deposit, or asks for it: choose, see the new end, confirm."""

from typing import Any

import msgspec
from litestar import Controller, Response, get, post

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.portal import queries
from app.programs import forms
from app.programs import queries as programs
from app.programs import service as planning
from app.programs.forms import TypedChange
from app.programs.models import Deposit
from app.programs.queries import ProgramPage
from app.programs.service.replanning import Preview
from themes.catalogue import say

ONE, NEW = ("move", "skip", "amount", "monthly"), ("extra",)
URL = "/portal/deposits/change"


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed about one deposit, or about the plan where none is chosen; `shown` is what it would do."""

    it: ProgramPage
    deposit: Deposit | None
    kinds: tuple[str, ...]
    typed: TypedChange
    url: str = URL
    back: str = "/portal/program#deposits"
    shown: Preview | None = None


class ClientDeposits(Controller):
    """`/portal/deposits/change`."""

    path = URL
    opt = {"permission": "portal.use"}

    @get("/")
    async def look(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Somebody whose program is over, or who has none yet, is shown home."""
        try:
            view = await _view(work, dict(request.query_params))
        except NotFound:
            return pages.redirect(request, "/portal")
        if not view.typed.kind:
            return await _page(request, work, view)
        try:
            change = forms.read_change(view.typed, view.it.program.currency, view.kinds)
            chosen = view.deposit.id if view.deposit else None
            shown = await planning.preview(work, view.it.program.id, chosen, change, client=True)
        except Invalid as problem:
            return await _page(request, work, view, problem)
        return await _page(request, work, msgspec.structs.replace(view, shown=shown))

    @post("/")
    async def confirm(self, request: HttpRequest, work: WorkDep) -> Response[Any]:
        """Done at once where the firm leaves it to the client, else asked for."""
        view = await _view(work, await pages.form(request))
        try:
            change = forms.read_change(view.typed, view.it.program.currency, view.kinds)
            chosen = view.deposit.id if view.deposit else None
            done = await planning.ask_change(work, view.it.program.id, chosen, change)
        except Invalid as problem:
            return await _page(request, work, view, problem)
        said = (
            say("Done. Your plan is changed.")
            if done
            else say("Sent. We answer, and until then your plan stays as it is.")
        )
        return pages.redirect(request, view.back, Toast(said))


async def _view(work: Work, given: dict[str, Any]) -> ChangeView:
    client = await queries.client(work, work.person)
    it = await programs.page_of_contact(work, client.contact.id)
    if it is None or it.program.state != "active":
        raise NotFound
    wanted = str(given.get("deposit") or "")
    deposit = next((each for each in it.ahead if str(each.id) == wanted), None)
    if wanted and deposit is None:
        raise NotFound
    return ChangeView(it=it, deposit=deposit, kinds=ONE if deposit else NEW, typed=forms.typed_change(given))


async def _page(request: HttpRequest, work: Work, view: ChangeView, problem: Invalid | None = None) -> Response[bytes]:
    title = say("Change a deposit") if view.deposit else say("Put in more")
    if problem is not None:
        return await pages.refused(request, work, "portal/change.html", view, problem, title=title)
    return await pages.page(request, work, "portal/change.html", view, title=title)


HANDLERS = [ClientDeposits]
