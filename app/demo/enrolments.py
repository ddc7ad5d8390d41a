"""Enrolments of the debt tenant: disclosures, program, deposits, a settlement or two."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select

from app.access import service as access
from app.billing import service as billing
from app.billing.models import Invoice
from app.billing.service.invoices import LineDraft, draft
from app.contacts.models import Contact
from app.core import clock
from app.core.errors import Problem
from app.core.work import Actor, Work
from app.demo.cast import PASSWORD
from app.demo.handbook import Person
from app.demo.virtual import Past
from app.leads.models import Lead
from app.messages import service as messages
from app.programs import service as programs
from app.programs.models import Debt, Deposit, Program
from app.programs.models.days import is_bank_day
from app.programs.models.schedule import Change
from app.programs.service.enrolment import DebtLine

CREDITORS = (
    "Cedar Federal Bank",
    "Union Card Services",
    "Lakeshore Credit",
    "Pioneer Retail Card",
    "Metro Personal Loans",
    "First Valley Bank",
)
WHO = ("half-way: 2 of 6 debts settled, an offer to approve", "finished", "saving, with an offer to approve")
NEWEST = "enrolled today"


def enrol(seed: int) -> Callable[[Work, Lead], Awaitable[None]]:
    """A program whose debts come to about what the lead said."""

    async def step(work: Work, lead: Lead) -> None:
        chosen = await programs.terms(work)
        if chosen is None:
            return
        source = random.Random(seed)
        whole = max(lead.value_amount, chosen.least_total)
        first_of_all = await work.scalar(select(Program.id).limit(1)) is None
        lines = _debts(source, whole, chosen.least_debt, 6 if first_of_all else source.randint(3, 6))
        first = clock.now().date() + timedelta(days=source.randrange(5, 20))
        program = await programs.draft(
            work, lead.id, lines, months=source.choice([24, 30, 36, 42, 48]), first_deposit_on=first
        )
        for disclosure in chosen.disclosures:
            await programs.accept_disclosure(
                work, program.id, disclosure.name, disclosure.words, "by phone, recorded line"
            )
        await programs.enrol(work, program.id)

    return step


async def live_on(past: Past, now: datetime) -> None:
    """What became of the programs: due deposits cleared, one in forty returned; with time, offers and settled debts."""
    async with past.do(now) as work:
        found = await work.execute(
            select(Program.id, Program.contact_id)
            .where(Program.state == "active", Program.enrolled_at < now - timedelta(hours=12))
            .order_by(Program.number)
        )
        rows = found.all()
    for paid in (False, True) if rows else ():
        await _bill(past, now - timedelta(days=40), rows[0].contact_id, paid)
    for place, row in enumerate(rows):
        async with past.do(now) as work:
            await _deposits(work, row.id, now.date(), place)
    debts = [await _debts_of(past, now, row.id) for row in rows]
    await _settlements(past, now, debts)
    for place, row in enumerate(rows):
        await _offer(past, now, place, debts[place])
        if place in (3, 6):
            with suppress(Problem):
                async with past.do(now) as work:
                    await (_wishes(work, row.id) if place == 3 else programs.cancel(work, row.id, "found another way"))


async def _bill(past: Past, at: datetime, contact_id: UUID, paid: bool) -> None:
    """Something beside the program, as anybody may order it; one has not been paid to this day."""
    line = LineDraft(text="Copies of your file, by post", unit_amount=2_400)
    async with past.do(at) as work:
        invoice = await draft(work, contact_id, [line])
        await billing.issue(work, invoice.id)
        if paid:
            await billing.record_payment(work, invoice.id, key=f"check:{invoice.id}", amount=2_400, method="check")


async def _deposits(work: Work, program_id: UUID, today: date, place: int) -> None:
    due = select(Deposit.id).where(
        Deposit.program_id == program_id, Deposit.due_on <= today, Deposit.state == "scheduled"
    )
    for number, deposit_id in enumerate(list(await work.scalars(due.order_by(Deposit.due_on)))):
        on = await work.scalar(select(Deposit.due_on).where(Deposit.id == deposit_id))
        with clock.held_at(min(clock.now(), datetime.combine(on or today, time(15), UTC))):
            if (place + number) % 40 == 39:
                await programs.return_deposit(work, deposit_id, ("R01", "R02")[place % 2])
            else:
                await programs.clear_deposit(work, deposit_id)


async def _wishes(work: Work, program_id: UUID) -> None:
    """A client who asks to skip a deposit, for somebody to answer."""
    ahead = select(Deposit.id).where(Deposit.program_id == program_id, Deposit.state == "scheduled")
    found = (await work.scalars(ahead.order_by(Deposit.due_on).offset(1).limit(1))).first()
    if found is not None:
        await programs.ask_change(work, program_id, found, Change(kind="skip"))


async def _debts_of(past: Past, now: datetime, program_id: UUID) -> list[Debt]:
    async with past.do(now) as work:
        return list(await work.scalars(select(Debt).where(Debt.program_id == program_id).order_by(Debt.position)))


def _settled(place: int, debts: list[Debt]) -> int:
    """A client half-way (two settled), one finished, two with a first one; the others are saving."""
    return {0: 2, 1: len(debts), 4: 1, 7: 1}.get(place, 0)


async def _settlements(past: Past, now: datetime, programs_debts: list[list[Debt]]) -> None:
    """Day by day over all clients, so that the numbers of their invoices follow the calendar."""
    ahead = []
    for place, debts in enumerate(programs_debts):
        settled = _settled(place, debts)
        for number, debt in enumerate(debts[:settled]):
            at = _bank_day(now - timedelta(days=3 * (settled - number) - 1))
            ahead.append((at, place, debt, number < max(1, settled - 1)))  # the last of several is still open
    for at, _, debt, paid in sorted(ahead, key=lambda each: each[:2]):
        with suppress(Problem):  # what the program's own rules refuse has not happened
            await _settle(past, at, debt)
            if paid:
                await _take_fee(past, at, debt)


async def _offer(past: Past, now: datetime, place: int, debts: list[Debt]) -> None:
    """Some have an offer to approve."""
    settled = _settled(place, debts)
    if place in (0, 2, 5) and len(debts) > settled:
        debt, until = debts[settled], now.date() + timedelta(days=12)
        with suppress(Problem):
            async with past.do(now) as work:
                await programs.offer(work, debt.id, debt.enrolled_amount * 48 // 100, until)


def _bank_day(moment: datetime) -> datetime:
    """The same hour of this day, or of the last one before it on which banks work."""
    while not is_bank_day(moment.date()):
        moment -= timedelta(days=1)
    return moment


async def _settle(past: Past, now: datetime, debt: Debt) -> None:
    """Money from outside (a tax refund, a family loan) goes in first: creditor and fee are paid out of what is saved."""
    amount = debt.enrolled_amount // 2
    async with past.do(now) as work:
        planned = (Deposit.program_id == debt.program_id, Deposit.state == "scheduled")
        ahead = await work.scalar(select(func.sum(Deposit.amount)).where(*planned))
        lump = Change(kind="extra", on=now.date(), amount=min(amount + debt.enrolled_amount // 4, int(ahead or 0)))
        await programs.change_plan(work, debt.program_id, None, lump)
        due = select(Deposit.id).where(*planned, Deposit.due_on == now.date())
        for deposit_id in list(await work.scalars(due)):
            await programs.clear_deposit(work, deposit_id)
    async with past.do(now) as work:
        offer = await programs.offer(work, debt.id, amount)
        await programs.approve(work, offer.id, words="Yes, settle this debt.", approved_from="by phone, recorded line")
        await programs.note_agreement(work, offer.id)
        await programs.pay_creditor(work, offer.id)


async def _take_fee(past: Past, now: datetime, debt: Debt) -> None:
    """What was earned by this settlement, out of the client's own account, as far as it reaches."""
    async with past.do(now) as work:
        of_debt = select(Program.contact_id).where(Program.id == debt.program_id).scalar_subquery()
        found = (
            select(Invoice)
            .where(Invoice.contact_id == of_debt, Invoice.state == "open")
            .order_by(Invoice.number.desc())
        )
        invoice = (await work.scalars(found.limit(1))).one()
        owed = invoice.total_amount - invoice.paid_amount
        await billing.record_payment(work, invoice.id, key=f"fee:{invoice.id}", amount=owed, method="trust")


def _debts(source: random.Random, whole: int, least: int, number: int) -> list[DebtLine]:
    """So many debts that add up to the whole, none below the least."""
    cuts = [source.random() + 0.25 for _ in range(number)]
    amounts = [max(least, int(whole * cut / sum(cuts)) // 100 * 100) for cut in cuts]
    names = source.sample(CREDITORS, number)
    return [
        DebtLine(name, amount, f"{source.randrange(10_000):04d}") for name, amount in zip(names, amounts, strict=True)
    ]


async def clients(past: Past, now: datetime) -> list[Person]:
    """The first three clients and the last one get a password, so that the guide can name them."""
    known = []
    async with past.do(now) as work:
        found = select(Contact.id, Contact.email, Contact.first_name, Contact.last_name)
        everybody = found.join(Program, Program.contact_id == Contact.id).order_by(Program.number)
        rows = (await work.execute(everybody)).all()
    named = [*zip(rows[:-1][:3], WHO, strict=False), *((row, NEWEST) for row in rows[-1:])]
    for row, about in named:
        async with past.do(now) as work:
            there = await access.find_person(work, row.email)
            name = f"{row.first_name} {row.last_name}"
            if there is None:
                await access.create_person(
                    work, email=row.email, name=name, role="client", password=PASSWORD, party_id=row.id
                )
            else:
                there.state, there.party_id = "active", row.id
                await work.flush()
                await access.set_password(work, there.id, PASSWORD)
        if not known:
            await _thread(past, now, row.id, row.email)
        known.append(Person(role="client", email=row.email, password=PASSWORD, name=name, about=about))
    return known


async def _thread(past: Past, now: datetime, contact_id: UUID, email: str) -> None:
    """The first client has written in the portal and was answered."""
    async with past.do(now) as work:
        there = await access.find_person(work, email)
    if there is None:
        return
    client = Actor("person", there.id, there.name)
    async with past.do(now, client) as work:
        await messages.write_in(work, contact_id, "A letter came from Lakeshore Credit. What should I do with it?")
    async with past.do(now) as work:
        said = "Send us a photo of it under Documents. We take it from there, and you need not answer them."
        await messages.write_out(work, contact_id, said)
