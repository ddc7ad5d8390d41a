"""From a lead to a program: the panel on the lead's page, the debts, and the answers before enrolling."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import clock, pages
from app.core.errors import Invalid, NotFound
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.queries import lead as lead_within_reach
from app.leads.queries import names as lead_names
from app.programs import forms, queries, service
from app.programs.forms import TypedDebt, TypedProgram
from app.programs.queries import ProgramCard
from app.programs.service.configure import Terms

MANAGE = {"permission": "programs.manage"}
FIRST_IN = timedelta(days=14)


class PanelView(msgspec.Struct, frozen=True, kw_only=True):
    """The program in a few lines; `offered` is false where this business has no programs."""

    lead_id: UUID
    card: ProgramCard | None
    offered: bool
    may_manage: bool


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """The debts as they were typed, and the limits that hold."""

    lead_id: UUID
    name: str
    typed: TypedProgram
    limits: Terms
    currency: str


class EnrolmentPages(Controller):
    """`/agent/leads/{id}/program…`"""

    path = "/agent/leads/{lead_id:uuid}/program"
    opt = {"permission": "programs.view"}

    @get("/panel")
    async def panel(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        lead = await lead_within_reach(work, work.person, lead_id)
        offered = await service.terms(work) is not None
        context = PanelView(
            lead_id=lead.id,
            card=await queries.card(work, lead.id) if offered else None,
            offered=offered,
            may_manage=work.person.may("programs.manage"),
        )
        return await pages.page(
            request, work, "programs/panel.html", context, title="Program", fragment="programs/_panel.html"
        )

    @get("/", opt=MANAGE)
    async def edit(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """The debts; a program that is under way is shown instead."""
        await lead_within_reach(work, work.person, lead_id)
        program = await queries.program_of_lead(work, lead_id)
        if program is not None and program.state != "draft":
            return pages.redirect(request, f"/agent/programs/{program.id}")
        chosen = await _terms(work)
        first = str(program.first_deposit_on if program else (clock.now() + FIRST_IN).date())
        rows = [
            TypedDebt(debt.creditor, debt.last_four, f"{debt.enrolled_amount / 100:.2f}")
            for debt in (await queries.debts_of(work, program.id) if program else [])
        ]
        spare = [TypedDebt()] * max(2, forms.ROWS - len(rows))
        months = str(program.months if program else chosen.months)
        typed = TypedProgram(rows=[*rows, *spare], months=months, first_deposit_on=first)
        return await _form(request, work, lead_id, typed)

    @post("/", opt=MANAGE)
    async def draft(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """Reckon the plan; or, by the other button, the same form with more rows."""
        await lead_within_reach(work, work.person, lead_id)
        given = await pages.form(request)
        typed = forms.typed_program(given, more="more" in given)
        if "more" in given:
            return await _form(request, work, lead_id, typed)
        try:
            lines, months, first = forms.read_program(typed, "USD")
            program = await service.draft(work, lead_id, lines, months=months, first_deposit_on=first)
        except Invalid as problem:
            return await _form(request, work, lead_id, typed, forms.by_row(problem, typed))
        return pages.redirect(request, f"/agent/programs/{program.id}")


async def _terms(work: Work) -> Terms:
    chosen = await service.terms(work)
    if chosen is None:
        raise NotFound
    return chosen


async def _form(
    request: HttpRequest, work: Work, lead_id: UUID, typed: TypedProgram, problem: Invalid | None = None
) -> Response[bytes]:
    lead = await lead_within_reach(work, work.person, lead_id)
    named = (await lead_names(work, [lead_id]))[lead_id].label
    context = DraftView(lead_id=lead_id, name=named, typed=typed, limits=await _terms(work), currency=lead.currency)
    title = f"{named} · Program"
    if problem is not None:
        return await pages.refused(request, work, "programs/draft.html", context, problem, title=title)
    return await pages.page(request, work, "programs/draft.html", context, title=title)


HANDLERS = [EnrolmentPages]
