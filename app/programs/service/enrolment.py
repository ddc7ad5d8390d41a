"""From a draft through the disclosures to an active program."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from uuid_utils.compat import uuid7

from app.contacts.models import Contact
from app.core import clock, config, events
from app.core.errors import FieldError, Invalid, NotFound, invalid
from app.core.fields import FieldSet
from app.core.money import major
from app.core.work import Work
from app.leads import service as leads
from app.leads.models import Lead
from app.programs.models import Debt, Deposit, DisclosureAcceptance, Program, deposit_plan
from app.programs.models.caps import highest_fee_rate
from app.programs.models.plan import Plan, deposit_day
from app.programs.service.configure import Terms, terms
from app.programs.service.rows import debts_of, locked
from themes import formats
from themes.catalogue import say

FIRST_NUMBER = 1001


class DebtLine(msgspec.Struct, frozen=True):
    """One debt as entered: amount in minor units."""

    creditor: str
    amount: int
    last_four: str = ""


async def draft(
    work: Work, lead_id: UUID, lines: Sequence[DebtLine], *, months: int, first_deposit_on: date
) -> Program:
    """A program for a lead, or its draft replaced by these answers. Raises Invalid with a fault for each
    field."""
    chosen = await _terms(work)
    lead = await work.get(Lead, lead_id, with_for_update=True)
    if lead is None:
        raise NotFound
    _check(chosen, lines, months, first_deposit_on, lead.currency, await config.today(work))
    program = (await work.scalars(select(Program).where(Program.lead_id == lead_id).with_for_update())).first()
    if program is not None and program.state != "draft":
        raise invalid("debts", say("This program is under way. Debts can't be changed here any more."))
    program = program or await _new(work, lead)
    await _fill(work, program, chosen, lines, months, first_deposit_on)
    return program


async def _terms(work: Work) -> Terms:
    chosen = await terms(work)
    if chosen is None:
        raise NotFound
    return chosen


def _check(chosen: Terms, lines: Sequence[DebtLine], months: int, first: date, currency: str, today: date) -> None:
    least = formats.money(chosen.least_debt, currency, short=True)
    too_small = say("Each debt must be at least %(least)s.", least=least)
    faults = [
        FieldError(f"debts.{place}", "not_allowed", too_small)
        for place, line in enumerate(lines)
        if line.amount < chosen.least_debt
    ]
    if sum(line.amount for line in lines) < chosen.least_total:
        together = formats.money(chosen.least_total, currency, short=True)
        said = say("The debts must come to at least %(least)s together.", least=together)
        faults.append(FieldError("debts", "not_allowed", said))
    if not chosen.shortest <= months <= chosen.longest:
        said = say("Choose %(least)s to %(most)s months.", least=chosen.shortest, most=chosen.longest)
        faults.append(FieldError("months", "not_allowed", said))
    if first < today:
        said = say("The first deposit can't lie in the past.")
        faults.append(FieldError("first_deposit_on", "not_allowed", said))
    elif deposit_day(first, 0) < today:
        said = say("Banks draw nothing any more this month. Choose a day of the next month.")
        faults.append(FieldError("first_deposit_on", "not_allowed", said))
    if faults:
        raise Invalid(faults)


async def reckoned(work: Work, contact_id: UUID, amounts: Sequence[int], months: int, first: date) -> Plan:
    """What a program of these debts (minor units) would come to; nothing is written. Raises ValueError for no debt."""
    chosen = await _terms(work)
    return deposit_plan(
        amounts,
        settlement_rate=chosen.settlement_rate,
        fee_rate=await _fee_rate(work, contact_id, chosen),
        months=months,
        first=first,
        charge=chosen.monthly_charge,
        fee_on_savings=chosen.fee_model == "savings",
    )


async def _fee_rate(work: Work, contact_id: UUID, chosen: Terms) -> int:
    """The house's own, or what the client's state allows where that is less."""
    contact = await work.get(Contact, contact_id)
    cap = highest_fee_rate(contact.state if contact else None, chosen.fee_model, await config.today(work))
    return min(chosen.fee_rate, cap)


async def _new(work: Work, lead: Lead) -> Program:
    await work.execute(text("select pg_advisory_xact_lock(hashtextextended(current_user || '.program', 0))"))
    last = await work.scalar(select(func.max(Program.number)))
    return Program(
        id=uuid7(),
        number=(last or FIRST_NUMBER - 1) + 1,
        lead_id=lead.id,
        contact_id=lead.contact_id,
        currency=lead.currency,
        created_at=clock.now(),
        state="draft",
    )


async def _fill(
    work: Work, program: Program, chosen: Terms, lines: Sequence[DebtLine], months: int, first: date
) -> None:
    program.months, program.first_deposit_on = months, first
    program.settlement_rate, program.fee_model = chosen.settlement_rate, chosen.fee_model
    program.fee_rate = await _fee_rate(work, program.contact_id, chosen)
    program.monthly_charge = chosen.monthly_charge
    work.add(program)
    await work.flush()
    for debt in await debts_of(work, program.id):
        await work.delete(debt)
    await work.flush()
    for place, line in enumerate(lines):
        work.add(
            Debt(
                id=uuid7(),
                program_id=program.id,
                position=place,
                creditor=line.creditor,
                last_four=line.last_four,
                enrolled_amount=line.amount,
                current_amount=line.amount,
                state="saving",
            )
        )
    await work.flush()
    events.record(work, "program.drafted", "lead", program.lead_id, program_id=program.id)


async def accept_disclosure(work: Work, program_id: UUID, name: str, words: str, accepted_from: str) -> None:
    """Keep what was shown and accepted. A second acceptance changes nothing. Raises NotFound for an unknown
    name."""
    program = await locked(work, Program, program_id)
    if name not in {disclosure.name for disclosure in (await _terms(work)).disclosures}:
        raise NotFound
    if name in await _accepted(work, program_id):
        return
    work.add(
        DisclosureAcceptance(
            id=uuid7(),
            program_id=program.id,
            name=name,
            words=words,
            accepted_at=clock.now(),
            accepted_from=accepted_from,
        )
    )
    await work.flush()
    events.record(work, "program.disclosure_accepted", "lead", program.lead_id, program_id=program.id, name=name)


async def _accepted(work: Work, program_id: UUID) -> set[str]:
    statement = select(DisclosureAcceptance.name).where(DisclosureAcceptance.program_id == program_id)
    return set(await work.scalars(statement))


async def asked_for(work: Work, program: Program) -> FieldSet:
    """What the stage of the enrolled wants to know and nobody has asked yet; the debts are known."""
    chosen = await _terms(work)
    wanted = await leads.wanting(work, program.lead_id, chosen.enrolled_stage)
    return wanted.only([field.name for field in wanted if field.name != chosen.debt_field])


async def enrol(work: Work, program_id: UUID, answers: Mapping[str, Any] | None = None) -> Program:
    """Start the program: its deposits are planned and the lead is won. `answers` are to what is `asked_for`, as they were
    typed. Raises Invalid while a disclosure or an answer is missing."""
    program = await locked(work, Program, program_id)
    if program.state != "draft":
        return program
    chosen = await _terms(work)
    accepted = await _accepted(work, program_id)
    missing = [disclosure for disclosure in chosen.disclosures if disclosure.name not in accepted]
    if missing:
        raise Invalid([FieldError(one.name, "missing", unread(one.label)) for one in missing])
    program.state, program.enrolled_at = "active", clock.now()
    await _plan_deposits(work, program)
    events.record(
        work,
        "program.enrolled",
        "lead",
        program.lead_id,
        changes={"state": ("draft", "active")},
        program_id=program.id,
        contact_id=program.contact_id,
    )
    values = {**await _known(work, program, chosen), **(answers or {})}
    await leads.change_stage(work, program.lead_id, chosen.enrolled_stage, values)
    return program


async def _known(work: Work, program: Program, chosen: Terms) -> dict[str, Any]:
    """All debt together, where the lead does not say."""
    wanted = await leads.wanting(work, program.lead_id, chosen.enrolled_stage)
    if chosen.debt_field not in {field.name for field in wanted}:
        return {}
    total = sum(debt.enrolled_amount for debt in await debts_of(work, program.id))
    return {chosen.debt_field: str(major(total, program.currency))}


def unread(label: str) -> str:
    return say("Read this out and have it accepted before enrolling: %(label)s.", label=label)


async def _plan_deposits(work: Work, program: Program) -> None:
    debts = await debts_of(work, program.id)
    plan = deposit_plan(
        [debt.enrolled_amount for debt in debts],
        settlement_rate=program.settlement_rate,
        fee_rate=program.fee_rate,
        months=program.months,
        first=program.first_deposit_on,
        charge=program.monthly_charge,
        fee_on_savings=program.fee_model == "savings",
    )
    for due_on, amount in plan.deposits:
        work.add(Deposit(id=uuid7(), program_id=program.id, due_on=due_on, amount=amount, state="scheduled"))
    await work.flush()
