"""Programs to test with, made through the product's own services."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access import service as access
from app.contacts import service as contacts
from app.core import config
from app.core.work import unit
from app.leads import service as leads
from app.programs import service
from app.programs.models import Debt, Deposit, Program, Settlement
from app.programs.models.days import bank_day
from app.programs.models.schedule import Change
from app.programs.service.enrolment import DebtLine
from tests.world import PASSWORD, Cast

FACTS = {"total_debt": Decimal(15_000), "monthly_income": Decimal(4_200)}
DEBTS = [
    DebtLine("First Example Bank", 300_000, "0142"),
    DebtLine("Second Example Bank", 500_000),
    DebtLine("Third Example Bank", 700_000),
]


async def a_lead(tenant: Any, first: str = "Dana", last: str = "Reyes") -> UUID:
    """A lead whose e-mail is made from the first name."""
    async with unit(tenant=tenant) as work:
        person = {
            "first_name": first,
            "last_name": last,
            "email": f"{first.lower()}@example.com",
            "state": "FL",
        }
        contact = await contacts.create(work, person)
        custom = FACTS if tenant.slug == "harbor" else {}
        return (await leads.create(work, contact.id, leads.LeadValues(source="test", custom=custom))).id


async def a_program(tenant: Any, *, first: str = "Dana", accept: bool = True, enrol: bool = True) -> Program:
    """Three debts of $3,000, $5,000 and $7,000 over 36 months, enrolled."""
    lead_id = await a_lead(tenant, first)
    async with unit(tenant=tenant) as work:
        starts = await config.today(work) + timedelta(days=10)
        program = await service.draft(work, lead_id, DEBTS, months=36, first_deposit_on=starts)
        if accept:
            for disclosure in (await service.terms(work)).disclosures:
                await service.accept_disclosure(work, program.id, disclosure.name, disclosure.words, "127.0.0.1")
        if enrol:
            await service.enrol(work, program.id)
    return program


async def today(tenant: Any) -> date:
    """The day it is where the tenant is."""
    async with unit(tenant=tenant) as work:
        return await config.today(work)


async def an_offer(tenant: Any, program: Program, position: int = 0, amount: int = 150_000) -> UUID:
    """A creditor's offer that waits for the client."""
    async with unit(tenant=tenant) as work:
        found = select(Debt.id).where(Debt.program_id == program.id, Debt.position == position)
        return (await service.offer(work, (await work.scalars(found)).one(), amount)).id


async def puts_in(tenant: Any, program_id: UUID, amount: int) -> UUID:
    """An extra deposit of today (or the next day on which banks work) that has cleared."""
    async with unit(tenant=tenant) as work:
        drawn = bank_day(await config.today(work))
        await service.change_plan(work, program_id, None, Change(kind="extra", on=drawn, amount=amount))
        mine = (Deposit.program_id == program_id, Deposit.due_on == drawn, Deposit.state == "scheduled")
        deposit = (await work.scalars(select(Deposit).where(*mine))).first()
        assert deposit is not None
        await service.clear_deposit(work, deposit.id)
    return deposit.id


async def settled(tenant: Any, settlement_id: UUID) -> None:
    """Saved, approved, agreed in writing and paid: the fee is earned and billed."""
    async with unit(tenant=tenant) as work:
        found = select(Debt.program_id, Settlement.amount).join(Settlement, Settlement.debt_id == Debt.id)
        row = (await work.execute(found.where(Settlement.id == settlement_id))).one()
    await puts_in(tenant, row.program_id, row.amount)
    async with unit(tenant=tenant) as work:
        await service.approve(work, settlement_id, words="Yes, settle this debt.", approved_from="test")
        await service.note_agreement(work, settlement_id)
        await service.pay_creditor(work, settlement_id)


async def a_client(cast: Cast, slug: str, contact_id: UUID, first: str) -> Any:
    """A browser in which this client is signed in."""
    async with unit(tenant=cast.tenants[slug]) as work:
        email = f"{first.lower()}@example.com"
        await access.create_person(
            work, email=email, name=f"{first} Reyes", role="client", password=PASSWORD, party_id=contact_id
        )
    return await cast.browser(slug, first.lower())
