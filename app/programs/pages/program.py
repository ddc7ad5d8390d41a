"""One program: enrolling, deposits, offers and what became of them."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import pages
from app.core.errors import Invalid, NotFound
from app.core.pages import Toast
from app.core.web import HttpRequest, WorkDep, client_address
from app.core.work import Work
from app.programs import forms, queries, service
from app.programs.queries import ProgramPage
from app.programs.service.configure import Disclosure
from app.programs.service.disclosures import spoken

MANAGE = {"permission": "programs.manage"}
SHOWN_DEPOSITS = 6


class ProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that `programs/program.html` shows."""

    it: ProgramPage
    url: str
    disclosures: list[Disclosure]
    ticked: set[str]
    codes: list[tuple[str, str]]
    may_manage: bool
    shown_deposits: int


class Programs(Controller):
    """`/agent/programs/{id}`."""

    path = "/agent/programs/{program_id:uuid}"
    opt = {"permission": "programs.view"}

    @get("/")
    async def show(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[bytes]:
        return await _shown(request, work, await queries.program_page(work, work.person, program_id))

    @post("/enrol", opt=MANAGE)
    async def enrol(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        """Keep each disclosure that was read out and accepted, then start; refused while one is missing."""
        it = await queries.program_page(work, work.person, program_id)
        given = await pages.form(request)
        ticked = {name for name in given if given[name] == "accepted"}
        how = f"Read out by {work.person.name}, {client_address(request)}"
        try:
            for told in await _disclosures(work, it):
                if told.name in ticked:
                    await service.accept_disclosure(work, program_id, told.name, told.words, how)
            await service.enrol(work, program_id)
        except Invalid as problem:
            return await _shown(request, work, it, problem, ticked)
        return pages.redirect(request, _url(program_id), Toast(f"{it.contact.name} is enrolled."))

    @post("/cancel", opt=MANAGE)
    async def cancel(self, request: HttpRequest, work: WorkDep, program_id: FromPath[UUID]) -> Response[Any]:
        await queries.program_page(work, work.person, program_id)
        given = await pages.form(request)
        await service.cancel(work, program_id, str(given.get("reason") or "")[:200])
        return pages.redirect(
            request, _url(program_id), Toast("Program ended. Send back what is saved within 7 business days.")
        )

    @post("/deposits/{deposit_id:uuid}/{verb:str}", opt=MANAGE)
    async def deposit(
        self,
        request: HttpRequest,
        work: WorkDep,
        program_id: FromPath[UUID],
        deposit_id: FromPath[UUID],
        verb: FromPath[str],
    ) -> Response[Any]:
        """`clear`, `return`, `skip` or `move`."""
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
        try:
            amount, until = forms.read_offer(await pages.form(request), it.program.currency)
            await service.offer(work, debt_id, amount, until)
        except Invalid as problem:
            return await _shown(request, work, it, problem)
        return pages.redirect(request, _url(program_id), Toast(f"{it.contact.name} can approve it now."))

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
            return "Deposit cleared."
        case "return":
            await service.return_deposit(work, deposit_id, forms.read_code(given))
            return "Deposit returned. It is planned again after the last one."
        case "skip":
            await service.skip_deposit(work, deposit_id)
            return "Deposit skipped. It is planned again after the last one."
        case "move":
            moved = await service.move_deposit(work, deposit_id, forms.read_day(given, "due_on"))
            return f"Deposit moved to {moved.due_on:%b} {moved.due_on.day}."
    raise NotFound


async def _do_settlement(work: Work, settlement_id: UUID, verb: str) -> str:
    match verb:
        case "decline":
            await service.decline(work, settlement_id)
            return "Offer declined. The debt goes on saving."
        case "agreement":
            await service.note_agreement(work, settlement_id)
            return "Written agreement noted."
        case "pay":
            await service.pay_creditor(work, settlement_id)
            return "Debt settled. The fee is earned and billed."
    raise NotFound


async def _disclosures(work: Work, it: ProgramPage) -> list[Disclosure]:
    chosen = await service.terms(work)
    return [spoken(told, it.program) for told in chosen.disclosures] if chosen else []


async def _shown(
    request: HttpRequest,
    work: Work,
    it: ProgramPage,
    problem: Invalid | None = None,
    ticked: set[str] | None = None,
) -> Response[bytes]:
    context = ProgramView(
        it=it,
        url=_url(it.program.id),
        disclosures=await _disclosures(work, it) if it.program.state == "draft" else [],
        ticked=ticked or it.accepted,
        codes=list(forms.RETURN_CODES.items()),
        may_manage=work.person.may("programs.manage"),
        shown_deposits=len(it.ahead) if request.query_params.get("deposits") == "all" else SHOWN_DEPOSITS,
    )
    title = f"{it.contact.name} · Program {it.program.number}"
    if problem is not None:
        return await pages.refused(request, work, "programs/program.html", context, problem, title=title)
    return await pages.page(request, work, "programs/program.html", context, title=title)


def _among(one: UUID, known: list[UUID]) -> None:
    """What belongs to another program looks like what does not exist."""
    if one not in known:
        raise NotFound


def _url(program_id: UUID) -> str:
    return f"/agent/programs/{program_id}"


HANDLERS = [Programs]
