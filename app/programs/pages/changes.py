"""Changing planned deposits: choose, see the new end, confirm; and answering what clients ask for."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.programs import forms, queries, service
from app.programs.forms import TypedChange
from app.programs.models import Deposit
from app.programs.queries import ProgramPage
from app.programs.service.replanning import Preview
from themes.catalogue import say
from themes.formats import day

ONE, NEW = ("move", "skip", "amount", "monthly"), ("extra",)


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed about one deposit, or about the plan where none is chosen; `shown` is what it would do."""

    it: ProgramPage
    deposit: Deposit | None
    kinds: tuple[str, ...]
    typed: TypedChange
    url: str
    back: str
    shown: Preview | None = None


class Changes(Controller):
    """`/agent/programs/{id}/change` and `…/requests/{deposit}`."""

    path = "/agent/programs/{program_id:uuid}"
    opt = {"permission": "programs.manage"}

    @get("/change")
    async def look(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[bytes]:
        """The form; with `kind` also what the change would do."""
        view = await _view(work, program_id, dict(request.query_params))
        if not view.typed.kind:
            return await _page(request, work, view)
        try:
            change = forms.read_change(view.typed, view.it.program.currency, view.kinds)
            shown = await service.preview(work, program_id, view.deposit.id if view.deposit else None, change)
        except Invalid as problem:
            return await _page(request, work, view, problem)
        return await _page(request, work, msgspec.structs.replace(view, shown=shown))

    @post("/change")
    async def confirm(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        view = await _view(work, program_id, await pages.form(request))
        try:
            change = forms.read_change(view.typed, view.it.program.currency, view.kinds)
            done = await service.change_plan(work, program_id, view.deposit.id if view.deposit else None, change)
        except Invalid as problem:
            return await _page(request, work, view, problem)
        ends = day(done.ends_after, year=True) if done.ends_after else ""
        return pages.redirect(request, view.back, Toast(say("Plan changed. It now ends on %(day)s.", day=ends)))

    @post("/requests/{deposit_id:uuid}")
    async def answer(
        self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID], deposit_id: FromPath[UUID]
    ) -> Response[Any]:
        """Do what the client asked for (`answer=yes`), or not."""
        it = await queries.program_page(work, work.person, program_id)
        _found(it, str(deposit_id))
        agreed = (await pages.form(request)).get("answer") == "yes"
        try:
            await service.answer_request(work, deposit_id, agreed=agreed)
        except Invalid as problem:
            work.abandon()
            return pages.redirect(request, f"/agent/programs/{program_id}", Toast(problem.errors[0].message))
        said = say("Done as asked. The client is told.") if agreed else say("Left as it is. The client is told.")
        return pages.redirect(request, f"/agent/programs/{program_id}#deposits", Toast(said))

    @post("/resume")
    async def resume(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        """The account is mended: deposits go on."""
        await queries.program_page(work, work.person, program_id)
        await service.end_hold(work, program_id)
        return pages.redirect(request, f"/agent/programs/{program_id}#deposits", Toast(say("Deposits go on.")))


async def _view(work: Work, program_id: UUID, given: dict[str, Any]) -> ChangeView:
    it = await queries.program_page(work, work.person, program_id)
    if it.program.state != "active":
        raise NotFound
    deposit = _found(it, str(given["deposit"])) if given.get("deposit") else None
    back = f"/agent/programs/{program_id}"
    return ChangeView(
        it=it, deposit=deposit, kinds=ONE if deposit else NEW, typed=forms.typed_change(given), url=f"{back}/change",
        back=f"{back}#deposits",
    )  # fmt: skip


def _found(it: ProgramPage, deposit_id: str) -> Deposit:
    """What belongs to another program looks like what does not exist."""
    found = next((each for each in it.deposits if str(each.id) == deposit_id), None)
    if found is None:
        raise NotFound
    return found


async def _page(request: HttpRequest, work: Work, view: ChangeView, problem: Invalid | None = None) -> Response[bytes]:
    title = say("Change a deposit") if view.deposit else say("Plan an extra deposit")
    if problem is not None:
        return await pages.refused(request, work, "programs/change.html", view, problem, title=title)
    return await pages.page(request, work, "programs/change.html", view, title=title)


HANDLERS = [Changes]
