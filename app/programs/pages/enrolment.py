"""From a lead to a program, a step at a time: first the debts, then the plan. Each step can be gone back to."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import FromPath

from app.core import config, drafts, pages
from app.core.errors import Invalid
from app.core.web import HttpRequest, WorkDep
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import names as lead_names
from app.programs import forms, queries, service
from app.programs.forms import TypedDebt, TypedPlan
from app.programs.models import Program
from app.programs.models.plan import Plan
from app.programs.pages.steps import MANAGE, Step, drafted, found, key_of, steps_of, terms_of, title_of, url_of
from app.programs.queries import ProgramPage
from app.programs.service.configure import Terms
from app.programs.service.enrolment import DebtLine

FIRST_IN = timedelta(days=14)
PRESETS = (12, 18, 24, 36, 48, 60)


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """What the debts typed so far come to; `plan` is None while they are too few."""

    count: int
    total: int
    months: int
    plan: Plan | None


class DebtsView(msgspec.Struct, frozen=True, kw_only=True):
    """The debts as they were typed, and the limits that hold. `told` is what the lead said they owe."""

    url: str
    name: str
    steps: list[Step]
    rows: list[TypedDebt]
    limits: Terms
    currency: str
    told: int | None
    sum: Sum


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """The plan; `offered` are lengths with what each costs a month, by the same reckoning."""

    url: str
    name: str
    steps: list[Step]
    it: ProgramPage
    typed: TypedPlan
    offered: list[tuple[int, Plan]]
    limits: Terms


class EnrolmentPages(Controller):
    """`/agent/leads/{id}/program…`"""

    path = "/agent/leads/{lead_id:uuid}/program"
    opt = MANAGE

    @get("/")
    async def debts(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """The debts; a program that is under way is shown instead."""
        lead, program = await found(work, lead_id)
        if program is not None and program.state != "draft":
            return pages.redirect(request, f"/agent/programs/{program.id}")
        kept = await drafts.kept(work, key_of(lead_id, "debts"))
        if kept:
            return await _debts(request, work, lead, program, forms.typed_debts(kept))
        known = await queries.debts_of(work, program.id) if program else []
        rows = [TypedDebt(one.creditor, one.last_four, f"{one.enrolled_amount / 100:.2f}") for one in known]
        spare = [TypedDebt()] * max(1, forms.ROWS - len(rows))
        return await _debts(request, work, lead, program, [*rows, *spare])

    @post("/")
    async def keep_debts(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """On to the plan; or, by the other button, the same form with more rows."""
        lead, program = await found(work, lead_id)
        given = await pages.form(request)
        rows = forms.typed_debts(given, more="more" in given)
        if "more" in given:
            return await _debts(request, work, lead, program, rows)
        months, first = await _span(work, program)
        try:
            lines = forms.read_debts(rows, lead.currency)
            await service.draft(work, lead_id, lines, months=months, first_deposit_on=first)
        except Invalid as problem:
            return await _debts(request, work, lead, program, rows, forms.by_row(problem, rows))
        await drafts.done(work, key_of(lead_id, "debts"))
        return pages.redirect(request, f"{url_of(lead_id)}/plan")

    @post("/sum")
    async def sum(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[bytes]:
        """What is typed so far, added up; nothing is written."""
        lead, program = await found(work, lead_id)
        rows = forms.typed_debts(await pages.form(request))
        context = await _debts_view(work, lead, program, rows)
        return await pages.page(request, work, "programs/_sum.html", context, title="")

    @get("/plan")
    async def plan(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        it = await drafted(work, lead_id)
        return await _plan(request, work, it, _typed(it))

    @post("/plan")
    async def keep_plan(self, request: HttpRequest, work: WorkDep, lead_id: FromPath[UUID]) -> Response[Any]:
        """On to the disclosures; or, by the other button, the plan anew with what was chosen."""
        it, given = await drafted(work, lead_id), await pages.form(request)
        typed = forms.typed_plan(given)
        lines = [DebtLine(one.debt.creditor, one.debt.enrolled_amount, one.debt.last_four) for one in it.debts]
        try:
            months, first = forms.read_plan(typed)
            await service.draft(work, lead_id, lines, months=months, first_deposit_on=first)
        except Invalid as problem:
            return await _plan(request, work, it, typed, problem)
        return pages.redirect(request, f"{url_of(lead_id)}/{'plan' if 'reckon' in given else 'disclosures'}")


async def _span(work: Work, program: Program | None) -> tuple[int, date]:
    """How long and from when: as drafted, unless that day has passed."""
    today = await config.today(work)
    if program is not None and program.first_deposit_on >= today:
        return program.months, program.first_deposit_on
    return program.months if program else (await terms_of(work)).months, today + FIRST_IN


async def _debts(
    request: HttpRequest,
    work: Work,
    lead: Lead,
    program: Program | None,
    rows: list[TypedDebt],
    problem: Invalid | None = None,
) -> Response[bytes]:
    context = await _debts_view(work, lead, program, rows)
    return await _shown(request, work, "programs/debts.html", context, problem)


async def _debts_view(work: Work, lead: Lead, program: Program | None, rows: list[TypedDebt]) -> DebtsView:
    months, first = await _span(work, program)
    amounts = forms.amounts(rows, lead.currency)
    plan = await service.reckoned(work, lead.contact_id, amounts, months, first) if amounts else None
    return DebtsView(
        url=url_of(lead.id),
        name=(await lead_names(work, [lead.id]))[lead.id].label,
        steps=steps_of(url_of(lead.id), "debts", ready=1 if program else 0),
        rows=rows,
        limits=await terms_of(work),
        currency=lead.currency,
        told=lead.value_amount,
        sum=Sum(count=len(amounts), total=sum(amounts), months=months, plan=plan),
    )


def _typed(it: ProgramPage) -> TypedPlan:
    return TypedPlan(months=str(it.program.months), first_deposit_on=str(it.program.first_deposit_on))


async def _plan(
    request: HttpRequest, work: Work, it: ProgramPage, typed: TypedPlan, problem: Invalid | None = None
) -> Response[bytes]:
    chosen, program = await terms_of(work), it.program
    lengths = {one for one in PRESETS if chosen.shortest <= one <= chosen.longest} | {program.months}
    amounts = [view.debt.enrolled_amount for view in it.debts]
    first = program.first_deposit_on
    context = PlanView(
        url=url_of(program.lead_id),
        name=it.contact.name,
        steps=steps_of(url_of(program.lead_id), "plan", ready=2),
        it=it,
        typed=typed,
        offered=[(n, await service.reckoned(work, program.contact_id, amounts, n, first)) for n in sorted(lengths)],
        limits=chosen,
    )
    return await _shown(request, work, "programs/plan.html", context, problem)


async def _shown(
    request: HttpRequest, work: Work, template: str, context: DebtsView | PlanView, problem: Invalid | None
) -> Response[bytes]:
    title = title_of(context.name)
    if problem is not None:
        return await pages.refused(request, work, template, context, problem, title=title)
    return await pages.page(request, work, template, context, title=title)


HANDLERS = [EnrolmentPages]
