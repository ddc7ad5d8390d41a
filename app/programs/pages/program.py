"""One program: deposits, offers and what became of them."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.programs import forms, queries, service
from app.programs.models import Deposit
from app.programs.models.days import REFUND_DAYS, business_days_after
from app.programs.models.schedule import Change
from app.programs.queries import ProgramPage
from app.programs.service.replanning import asked_for
from themes.catalogue import say

MANAGE = {"permission": "programs.manage"}
SHOWN_DEPOSITS = 6


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `programs/program.html` shows."""

    it: ProgramPage
    url: str
    codes: list[tuple[str, str]]
    codes_by: dict[str, str]
    asked: list[tuple[Deposit, Change]]
    today: date
    refund_by: date
    may_manage: bool
    may_refund: bool
    shown_deposits: int
    at: UUID | None = None  # the debt whose offer was typed wrongly
    typed: dict[str, str] = {}


class Programs(Controller):
    """`/agent/programs/{id}`."""

    path = "/agent/programs/{program_id:uuid}"
    opt = {"permission": "programs.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        """One that has not begun is prepared in its steps, by whoever may."""
        it = await queries.program_page(work, work.person, program_id)
        if it.program.state == "draft" and work.person.may("programs.manage"):
            return pages.redirect(request, f"/agent/leads/{it.program.lead_id}/program/plan")
        return await _shown(request, work, it)

    @post("/cancel", opt=MANAGE)
    async def cancel(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        await queries.program_page(work, work.person, program_id)
        given = await pages.form(request)
        await service.cancel(work, program_id, str(given.get("reason") or "")[:200])
        return pages.redirect(request, _url(program_id), Toast(say("Program ended. What is unearned is booked back.")))

    @post("/deposits/{deposit_id:uuid}/{verb:str}", opt=MANAGE)
    async def deposit(
        self,
        request: HttpRequest,
        work: WorkDep,
        program_id: FromPath[UUID],
        deposit_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        """`clear` or `return`."""
        it = await queries.program_page(work, work.person, program_id)
        _among(deposit_id, [deposit.id for deposit in it.deposits])
        given = await pages.form(request)
        try:
            said = await _do_deposit(work, deposit_id, verb, given)
        except Invalid as problem:
            return await _shown(request, work, it, problem)
        return pages.redirect(request, f"{_url(program_id)}#deposits", Toast(said))

    @post("/debts/{debt_id:uuid}/offer", opt=MANAGE)
    async def offer(
        self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID], debt_id: FromPath[UUID]
    ) -> Response[Any]:
        """What a creditor would take; the client is asked."""
        it = await queries.program_page(work, work.person, program_id)
        _among(debt_id, [view.debt.id for view in it.debts])
        given = await pages.form(request)
        typed = {name: str(given.get(name) or "") for name in ("amount", "expires_on")}
        try:
            amount, until = forms.read_offer(given, it.program.currency)
            await service.offer(work, debt_id, amount, until)
        except Invalid as problem:
            return await _shown(request, work, it, problem, at=debt_id, typed=typed)
        said = say("%(name)s is asked and can approve it now.", name=it.contact.name)
        return pages.redirect(request, _url(program_id), Toast(said))

    @post("/settlements/{settlement_id:uuid}/{verb:str}", opt=MANAGE)
    async def settlement(
        self,
        request: HttpRequest,
        work: WorkDep,
        program_id: FromPath[UUID],
        settlement_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        """`decline`, `agreement` or `pay`. Approving is the client's own, in the portal."""
        it = await queries.program_page(work, work.person, program_id)
        _among(settlement_id, [view.offer.id for view in it.debts if view.offer])
        try:
            said = await _do_settlement(work, settlement_id, verb)
        except Invalid as problem:
            return await _shown(request, work, it, problem)
        return pages.redirect(request, _url(program_id), Toast(said))


async def _do_deposit(work: Work, deposit_id: UUID, verb: str, given: dict[str, Any]) -> str:
    match verb:
        case "clear":
            await service.clear_deposit(work, deposit_id)
            return say("Deposit cleared.")
        case "return":
            await service.return_deposit(work, deposit_id, forms.read_code(given))
            return say("Deposit returned. It is planned again.")
    raise NotFound


async def _do_settlement(work: Work, settlement_id: UUID, verb: str) -> str:
    match verb:
        case "decline":
            await service.decline(work, settlement_id)
            return say("Offer declined. The debt goes on saving.")
        case "agreement":
            await service.note_agreement(work, settlement_id)
            return say("Written agreement noted.")
        case "pay":
            await service.pay_creditor(work, settlement_id)
            return say("Debt settled. The fee is earned and billed.")
    raise NotFound


async def _shown(
    request: HttpRequest,
    work: Work,
    it: ProgramPage,
    problem: Invalid | None = None,
    at: UUID | None = None,
    typed: dict[str, str] | None = None,
) -> Response[bytes]:
    today = await config.today(work)
    context = ProgramView(
        it=it,
        url=_url(it.program.id),
        codes=list(forms.RETURN_CODES.items()),
        codes_by=forms.RETURN_CODES,
        asked=[(each, wish) for each in it.ahead if (wish := asked_for(each)) is not None],
        today=today,
        refund_by=business_days_after(today, REFUND_DAYS),
        may_manage=work.person.may("programs.manage"),
        may_refund=work.person.may("billing.manage"),
        at=at,
        typed=typed or {},
        shown_deposits=len(it.ahead) if request.query_params.get("deposits") == "all" else SHOWN_DEPOSITS,
    )
    title = f"{it.contact.name} · {say('Program %(number)s', number=it.program.number)}"
    if problem is not None:
        return await pages.refused(request, work, "programs/program.html", context, problem, title=title)
    part = "programs/_under_way.html" if it.program.state != "draft" else None
    return await pages.page(request, work, "programs/program.html", context, title=title, fragment=part)


def _among(one: UUID, known: list[UUID]) -> None:
    """What belongs to another program looks like what does not exist."""
    if one not in known:
        raise NotFound


def _url(program_id: UUID) -> str:
    return f"/agent/programs/{program_id}"


HANDLERS = [Programs]
