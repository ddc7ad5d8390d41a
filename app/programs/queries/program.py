"""Reading programs: always within somebody's reach, or for the one client whose program it is."""

from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from app.compliance.service import Standing
from app.contacts.models import Contact
from app.core import clock, config
from app.core.errors import NotFound
from app.core.money import portion
from app.core.permissions import Person
from app.core.work import Work
from app.leads.queries import lead as lead_within_reach
from app.programs.models import (
    Debt,
    Deposit,
    DisclosureAcceptance,
    Fee,
    Program,
    Settlement,
    fee_by_savings,
    fees_by_debt,
)
from app.programs.models.plan import Plan, deposit_plan, months_moved, when_saved
from app.programs.service import trust

FIRST_WEEKS = clock.span("60d")


class DebtView(msgspec.Struct, frozen=True, kw_only=True):
    """One debt. `offer` is the one that stands (or was paid); `fee` what it costs at that price, `months`
    how far it moves
    the end of the program (negative: earlier).
    """

    debt: Debt
    offer: Settlement | None = None
    fee: int = 0
    months: int = 0
    charged: int | None = None


class ProgramPage(msgspec.Struct, frozen=True, kw_only=True):
    """A program with all that belongs to it. Amounts in minor units."""

    program: Program
    contact: Contact
    debts: list[DebtView]
    deposits: list[Deposit]
    accepted: set[str]
    plan: Plan
    today: date
    saved: int = 0  # in the client's account now, by the ledger

    @property
    def enrolled_amount(self) -> int:
        return sum(view.debt.enrolled_amount for view in self.live)

    @property
    def live(self) -> list[DebtView]:
        return [view for view in self.debts if view.debt.state != "removed"]

    @property
    def settled(self) -> list[DebtView]:
        return [view for view in self.live if view.debt.state == "settled"]

    @property
    def deposited(self) -> int:
        return sum(deposit.amount for deposit in self.deposits if deposit.state == "cleared")

    @property
    def paid_to_creditors(self) -> int:
        return sum(view.offer.amount for view in self.settled if view.offer)

    @property
    def fees(self) -> int:
        return sum(view.charged or 0 for view in self.debts)

    @property
    def written_down(self) -> int:
        """What settled debts came to less than when they were enrolled."""
        return sum(view.debt.enrolled_amount - view.offer.amount for view in self.settled if view.offer)

    @property
    def ahead(self) -> list[Deposit]:
        return [deposit for deposit in self.deposits if deposit.state == "scheduled"]

    @property
    def past(self) -> list[Deposit]:
        return [deposit for deposit in self.deposits if deposit.state != "scheduled"]

    @property
    def last_on(self) -> date | None:
        return self.ahead[-1].due_on if self.ahead else None

    @property
    def expected(self) -> dict[UUID, date]:
        """For each debt that is not settled, when it could be (an estimate): approved ones first, then in their order."""
        open_ones = [view for view in self.live if view.debt.state != "settled"]
        order = sorted(open_ones, key=lambda view: view.debt.state != "paying")
        share = self.plan.fees / max(1, self.enrolled_amount)
        costs = []
        for view in order:
            approved = view.offer if view.offer and view.offer.state == "approved" else None
            planned_for = portion(view.debt.enrolled_amount, self.program.settlement_rate)
            costs.append((approved.amount if approved else planned_for) + int(view.debt.enrolled_amount * share))
        days = when_saved(self.saved, [(each.due_on, each.amount) for each in self.ahead], costs)
        return {view.debt.id: day for view, day in zip(order, days, strict=True) if day is not None}

    @property
    def new(self) -> bool:
        """In the first sixty days, with nothing settled yet."""
        since = self.program.enrolled_at
        return not self.settled and since is not None and clock.now() - since < FIRST_WEEKS

    @property
    def to_approve(self) -> list[DebtView]:
        """Open offers whose last day is not over."""
        open_ones = [view for view in self.debts if view.offer and view.offer.state == "offered"]
        return [v for v in open_ones if v.offer and not (v.offer.expires_on and v.offer.expires_on < self.today)]


class ProgramCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the panel on a lead's page says."""

    id: UUID
    number: int
    state: str
    currency: str
    debts: int
    settled: int
    enrolled_amount: int
    offers: int
    next_on: date | None
    next_amount: int | None


async def program_page(work: Work, person: Person, program_id: UUID) -> ProgramPage:
    """For staff. Raises NotFound for one whose lead is out of reach."""
    program = await work.get(Program, program_id)
    if program is None:
        raise NotFound
    await lead_within_reach(work, person, program.lead_id)
    return await _page(work, program)


async def page_of_contact(work: Work, contact_id: UUID) -> ProgramPage | None:
    """The client's own program, the newest; None while there is none under way or done."""
    found = select(Program).where(Program.contact_id == contact_id, Program.state != "draft")
    program = (await work.scalars(found.order_by(Program.created_at.desc()).limit(1))).first()
    return await _page(work, program) if program else None


async def program_of_lead(work: Work, lead_id: UUID) -> Program | None:
    return (await work.scalars(select(Program).where(Program.lead_id == lead_id))).first()


async def debts_of(work: Work, program_id: UUID) -> list[Debt]:
    return list(await work.scalars(select(Debt).where(Debt.program_id == program_id).order_by(Debt.position)))


async def card(work: Work, lead_id: UUID) -> ProgramCard | None:
    """The lead's program in one line; the caller has checked the reach."""
    program = await program_of_lead(work, lead_id)
    if program is None:
        return None
    states = select(Debt.state, func.count(), func.sum(Debt.enrolled_amount)).where(Debt.program_id == program.id)
    rows = {row[0]: (row[1], int(row[2])) for row in await work.execute(states.group_by(Debt.state))}
    rows.pop("removed", None)
    upcoming = select(Deposit.due_on, Deposit.amount).where(
        Deposit.program_id == program.id, Deposit.state == "scheduled"
    )
    first = (await work.execute(upcoming.order_by(Deposit.due_on).limit(1))).first()
    return ProgramCard(
        id=program.id,
        number=program.number,
        state=program.state,
        currency=program.currency,
        debts=sum(count for count, _ in rows.values()),
        settled=rows.get("settled", (0, 0))[0],
        enrolled_amount=sum(amount for _, amount in rows.values()),
        offers=rows.get("offered", (0, 0))[0],
        next_on=first.due_on if first else None,
        next_amount=first.amount if first else None,
    )


async def standing(work: Work, contact_id: UUID) -> Standing:
    """Since when somebody is a client of ours, for the rules on contact."""
    since: datetime | None = await work.scalar(
        select(func.min(Program.enrolled_at)).where(Program.contact_id == contact_id)
    )
    return Standing(client_since=since)


async def _page(work: Work, program: Program) -> ProgramPage:
    contact = await work.get(Contact, program.contact_id)
    assert contact is not None
    debts = await debts_of(work, program.id)
    rows = await work.execute(
        select(Settlement, Fee.amount)
        .join(Debt, Debt.id == Settlement.debt_id)
        .outerjoin(Fee, Fee.settlement_id == Settlement.id)
        .where(Debt.program_id == program.id, Settlement.state.not_in(("declined", "expired")))
        .order_by(Settlement.offered_at)
    )
    offers = {row.Settlement.debt_id: (row.Settlement, row.amount) for row in rows}
    deposits = select(Deposit).where(Deposit.program_id == program.id).order_by(Deposit.due_on, Deposit.id)
    accepted = select(DisclosureAcceptance.name).where(DisclosureAcceptance.program_id == program.id)
    plan = planned(program, debts)
    return ProgramPage(
        program=program,
        contact=contact,
        debts=[_view(program, debts, debt, plan, *offers.get(debt.id, (None, None))) for debt in debts],
        deposits=list(await work.scalars(deposits)),
        accepted=set(await work.scalars(accepted)),
        plan=plan,
        today=await config.today(work),
        saved=await trust.saved(work, program.contact_id),
    )


def planned(program: Program, debts: list[Debt]) -> Plan:
    """The plan as it was reckoned at the start; removed debts are left out."""
    return deposit_plan(
        [debt.enrolled_amount for debt in debts if debt.state != "removed"],
        settlement_rate=program.settlement_rate,
        fee_rate=program.fee_rate,
        months=program.months,
        first=program.first_deposit_on,
        charge=program.monthly_charge,
        fee_on_savings=program.fee_model == "savings",
    )


def _view(
    program: Program, debts: list[Debt], debt: Debt, plan: Plan, offer: Settlement | None, charged: int | None
) -> DebtView:
    if offer is None:
        return DebtView(debt=debt)
    live = [each for each in debts if each.state != "removed"]
    if program.fee_model == "savings":
        fee = fee_by_savings(debt.enrolled_amount, offer.amount, program.fee_rate)
    else:
        fee = fees_by_debt([each.enrolled_amount for each in live], program.fee_rate)[live.index(debt)]
    moved = months_moved(debt.enrolled_amount, offer.amount, program.settlement_rate, plan.monthly)
    return DebtView(debt=debt, offer=offer, fee=fee, months=moved, charged=charged)
