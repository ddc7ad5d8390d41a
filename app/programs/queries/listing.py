"""All programs within somebody's reach; those that wait for somebody, worst first; and how many deposits come back."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, case, func, or_, select, true

from app.contacts.models import Contact
from app.core import clock, config
from app.core.permissions import Person
from app.core.work import Work
from app.leads.models import Lead
from app.leads.queries import visible
from app.programs.models import Debt, Deposit, Program
from app.programs.models.returns import CEILINGS, RETURNS, WINDOW

PAGE = 50
MOST = 200  # that wait for somebody: more is not a list to work through
RECENT = clock.span("14d")


class ProgramRow(msgspec.Struct, frozen=True, kw_only=True):
    """One program as the list shows it; `next_on` is the next planned deposit. `why` names what waits, worst first:
    hold, refund, settle (the client said yes, the creditor is to be paid), returned, late, asked, offer."""

    id: UUID
    number: int
    name: str
    state: str
    currency: str
    enrolled_amount: int
    debts: int
    settled: int
    offers: int
    next_on: date | None
    why: tuple[str, ...] = ()


class ReturnRate(msgspec.Struct, frozen=True, kw_only=True):
    """Deposits of 60 days that came back for one group of reasons ("" is all); shares in basis points."""

    group: str
    returned: int
    presented: int
    ceiling: int

    @property
    def share(self) -> int:
        return self.returned * 10_000 // self.presented if self.presented else 0

    @property
    def above(self) -> bool:
        return self.share > self.ceiling


async def programs(work: Work, person: Person, show: str = "", before: int | None = None) -> list[ProgramRow]:
    """Those within reach, the newest numbers first, one more than a page holds. `show`: offers, active, draft,
    completed, cancelled, or all of them."""
    statement = await _rows(work, person)
    if show == "offers":
        statement = statement.where(_waits("offer", await config.today(work)))
    elif show:
        statement = statement.where(Program.state == show)
    if before is not None:
        statement = statement.where(Program.number < before)
    return _read(await work.execute(statement.order_by(Program.number.desc()).limit(PAGE + 1)))


async def waiting(work: Work, person: Person) -> list[ProgramRow]:
    """Those on which somebody must do something, worst first."""
    today = await config.today(work)
    statement = (await _rows(work, person)).where(or_(*(_waits(name, today) for name in WHY)))
    worst = case(*((_waits(name, today), place) for place, name in enumerate(WHY)), else_=len(WHY))
    return _read(await work.execute(statement.order_by(worst, Program.number).limit(MOST)))


async def return_rates(work: Work) -> list[ReturnRate]:
    """Of the last 60 days, against the ceilings that the payment network sets."""
    since = clock.now() - WINDOW
    presented = select(func.count()).where(
        or_(Deposit.cleared_at >= since, (Deposit.returned_at >= since) & Deposit.cleared_at.is_(None))
    )
    back = select(Deposit.return_code, func.count()).where(Deposit.returned_at >= since).group_by(Deposit.return_code)
    whole = await work.scalar(presented) or 0
    counts = {row[0]: row[1] for row in await work.execute(back)}
    of = {name: sum(n for code, n in counts.items() if _group(code) == name) for name in CEILINGS}
    of[""] = sum(counts.values())
    return [ReturnRate(group=g, returned=of[g], presented=whole, ceiling=most) for g, most in CEILINGS.items()]


def _group(code: str) -> str:
    return RETURNS[code].group if code in RETURNS else "other"


WHY = ("hold", "refund", "settle", "returned", "late", "asked", "offer")


def _waits(name: str, today: date) -> Any:
    """Whether a program waits for this reason."""
    deposits = select(Deposit.id).where(Deposit.program_id == Program.id)
    scheduled = deposits.where(Deposit.state == "scheduled")
    debts = select(Debt.id).where(Debt.program_id == Program.id)
    match name:
        case "hold":
            return (Program.hold != "") & (Program.state == "active")
        case "refund":
            return (Program.refund_amount > 0) & Program.refund_paid_at.is_(None)
        case "returned":
            return deposits.where(Deposit.returned_at >= clock.now() - RECENT).exists() & (Program.state == "active")
        case "late":
            return scheduled.where(Deposit.due_on < today).exists() & (Program.state == "active")
        case "asked":
            return scheduled.where(Deposit.request.is_not(None)).exists()
        case "settle":
            return debts.where(Debt.state == "paying").exists()
    return debts.where(Debt.state == "offered").exists()


async def _rows(work: Work, person: Person) -> Select[Any]:
    debts = (
        select(
            func.count().label("debts"),
            func.count().filter(Debt.state == "settled").label("settled"),
            func.count().filter(Debt.state == "offered").label("offers"),
            func.coalesce(func.sum(Debt.enrolled_amount), 0).label("enrolled"),
        )
        .where(Debt.program_id == Program.id, Debt.state != "removed")
        .lateral()
    )
    following = select(func.min(Deposit.due_on)).where(Deposit.program_id == Program.id, Deposit.state == "scheduled")
    today = await config.today(work)
    flags = [_waits(name, today).label(f"is_{name}") for name in WHY]
    return (
        select(Program, Contact, debts, following.scalar_subquery().label("next_on"), *flags)
        .join(Contact, Contact.id == Program.contact_id)
        .join(Lead, Lead.id == Program.lead_id)
        .join(debts, true())
        .where(await visible(work, person))
    )


def _read(rows: Any) -> list[ProgramRow]:
    return [
        ProgramRow(
            id=row.Program.id,
            number=row.Program.number,
            name=row.Contact.name,
            state=row.Program.state,
            currency=row.Program.currency,
            enrolled_amount=int(row.enrolled),
            debts=row.debts,
            settled=row.settled,
            offers=row.offers,
            next_on=row.next_on,
            why=tuple(name for name in WHY if getattr(row, f"is_{name}")),
        )
        for row in rows
    ]
