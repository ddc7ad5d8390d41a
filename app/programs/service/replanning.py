"""Changing what is planned: shown first with the day on which the plan then ends, done when somebody confirms.

Staff do it; clients do by themselves what the tenant's rule leaves to them, and ask for the rest.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.core import clock, config
from app.core.errors import Conflict, invalid
from app.core.work import Work
from app.programs.models import Deposit, Program
from app.programs.models.days import bank_day, business_days_after, business_days_before
from app.programs.models.schedule import Change, MoreThanNeeded, Planned, replanned
from app.programs.service.configure import ClientChanges, terms
from app.programs.service.deposits import record, with_program
from app.programs.service.rows import locked
from themes.catalogue import say
from themes.formats import day

EVENTS = {"skip": "skipped", "move": "moved", "amount": "changed", "monthly": "changed", "extra": "added"}
LEAST = 2_500  # a smaller deposit costs the account more than it brings


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The plan before and after. `free` is false where a client may only ask for it."""

    change: Change
    before: list[Planned]
    after: list[Planned]
    free: bool = True

    @property
    def ends_before(self) -> date | None:
        return self.before[-1].due_on if self.before else None

    @property
    def ends_after(self) -> date | None:
        return self.after[-1].due_on if self.after else None

    @property
    def drawn_on(self) -> date | None:
        """When a deposit that was asked for on a day of its own is drawn."""
        return bank_day(self.change.on) if self.change.on else None

    @property
    def first_changed(self) -> Planned | None:
        """The next deposit as it will be."""
        return self.after[0] if self.after else None


async def preview(
    work: Work, program_id: UUID, deposit_id: UUID | None, change: Change, *, client: bool = False
) -> Preview:
    """What the change would do; nothing is written. Raises Invalid, with the field at fault."""
    program = await locked(work, Program, program_id, hold=False)
    before = _ahead(await _planned(work, program_id))
    after = _laid(program, before, deposit_id, change, await config.today(work))
    free = True
    if client:
        free = await _left_to_client(work, before, deposit_id, change)
    return Preview(change=change, before=before, after=after, free=free)


async def change_plan(work: Work, program_id: UUID, deposit_id: UUID | None, change: Change) -> Preview:
    """Do it. A change that is already so does nothing. Raises Invalid, Conflict when the program is over."""
    program = await locked(work, Program, program_id)
    if program.state != "active":
        raise Conflict(say("This program is over; its deposits can't be changed."))
    rows = {row.id: row for row in await _planned(work, program_id, hold=True)}
    before = _ahead(list(rows.values()))
    after = _laid(program, before, deposit_id, change, await config.today(work))
    done = Preview(change=change, before=before, after=after)
    if before == after:
        return done
    new = await _write(work, program, rows, after, deposit_id, change)
    about = rows.get(deposit_id) if deposit_id else new
    record(
        work, f"deposit.{EVENTS[change.kind]}", program, about or next(iter(rows.values())), how=change.kind,
        changes={"ends_on": (done.ends_before, done.ends_after)}, ends_on=done.ends_after,
    )  # fmt: skip
    return done


async def ask_change(work: Work, program_id: UUID, deposit_id: UUID | None, change: Change) -> bool:
    """The client's own wish: done at once where the tenant leaves it to them (True), else kept for staff to answer."""
    shown = await preview(work, program_id, deposit_id, change, client=True)
    if shown.free:
        await change_plan(work, program_id, deposit_id, change)
        return True
    if deposit_id is None:
        raise invalid("deposit", say("We look at this together: write to us in Messages."))
    deposit, program = await with_program(work, deposit_id)
    deposit.request = {**msgspec.to_builtins(change), "at": clock.now().isoformat()}
    await work.flush()
    record(work, "deposit.asked", program, deposit, how=change.kind, ends_on=shown.ends_after)
    return False


async def too_late(work: Work, deposits: Sequence[Deposit]) -> set[UUID]:
    """Those of the planned ones that a client can't change here any more: the bank is about to draw them."""
    chosen, today = await terms(work), await config.today(work)
    days = (chosen.client_changes if chosen else ClientChanges()).days
    return {each.id for each in deposits if today > business_days_before(each.due_on, days)}


async def answer_request(work: Work, deposit_id: UUID, *, agreed: bool) -> Deposit:
    """Do what the client asked for, or decline it. An answered request is answered once."""
    deposit, program = await with_program(work, deposit_id)
    asked = asked_for(deposit)
    if asked is None:
        return deposit
    deposit.request = None
    await work.flush()
    if agreed:
        await change_plan(work, program.id, deposit_id, asked)
    record(work, "deposit.answered", program, deposit, agreed=agreed, how=asked.kind)
    return deposit


def asked_for(deposit: Deposit) -> Change | None:
    """What the client asked to change about this deposit, as long as it is planned and nobody has answered."""
    if deposit.request is None or deposit.state != "scheduled":
        return None
    return msgspec.convert({name: deposit.request.get(name) for name in Change.__struct_fields__}, Change)


def _laid(
    program: Program, before: Sequence[Planned], deposit_id: UUID | None, change: Change, today: date
) -> list[Planned]:
    if change.on is not None and change.on < today:
        raise invalid("on", say("Choose today or a later day."))
    if change.amount is not None and change.amount < LEAST:
        raise invalid("amount", say("Choose at least %(least)s.", least="$25"))
    try:
        return replanned(before, deposit_id, change, program.first_deposit_on)
    except MoreThanNeeded:
        raise invalid("amount", say("That is more than the plan still needs. Choose less.")) from None
    except ValueError:
        raise invalid(
            "deposit", say("This deposit can't be changed any more. Choose one that is still planned.")
        ) from None


async def _left_to_client(work: Work, before: list[Planned], deposit_id: UUID | None, change: Change) -> bool:
    """Raises Invalid when it is too late to change this one, or too soon for the day that is asked for."""
    chosen = await terms(work)
    rule = chosen.client_changes if chosen else ClientChanges()
    today = await config.today(work)
    picked = next((each for each in before if each.id == deposit_id), None)
    last = business_days_before(picked.due_on, rule.days) if picked else today
    if today > last:
        said = say("It is too late to change this deposit here: the last day was %(day)s. Call us.", day=day(last))
        raise invalid("deposit", said)
    _demand_time(change, business_days_after(today, rule.days))
    if picked is None:
        return rule.extra == "free"
    if change.kind == "move" and change.on is not None:
        near = abs(change.on - picked.due_on) <= timedelta(days=rule.move_days)
        return rule.move == "free" and near
    if change.kind == "amount" and change.amount is not None and change.amount > picked.amount:
        return rule.extra == "free"
    return getattr(rule, change.kind) == "free"


def _demand_time(change: Change, earliest: date) -> None:
    if change.on is not None and change.on < earliest:
        raise invalid("on", say("Banks need some days. Choose %(day)s or later.", day=day(earliest)))


def _ahead(rows: Sequence[Deposit]) -> list[Planned]:
    planned = [Planned(row.due_on, row.amount, row.id) for row in rows]
    return sorted(planned, key=lambda each: (each.due_on, each.id or UUID(int=0)))


async def _planned(work: Work, program_id: UUID, *, hold: bool = False) -> list[Deposit]:
    found = select(Deposit).where(Deposit.program_id == program_id, Deposit.state == "scheduled").order_by(Deposit.id)
    return list(await work.scalars(found.with_for_update() if hold else found))


async def _write(
    work: Work, program: Program, rows: dict[UUID, Deposit], after: list[Planned], chosen: UUID | None, change: Change
) -> Deposit | None:
    """Bring the rows to the new plan; the deposit that was added on a day of its own is given back."""
    kept = {each.id: each for each in after if each.id is not None}
    added = None
    for row_id, row in rows.items():
        if row_id in kept:
            row.due_on, row.amount = kept[row_id].due_on, kept[row_id].amount
        elif row_id == chosen and change.kind == "skip":
            row.state, row.request = "skipped", None
        else:
            await work.delete(row)
    for each in (one for one in after if one.id is None):
        new = Deposit(id=uuid7(), program_id=program.id, due_on=each.due_on, amount=each.amount, state="scheduled")
        added = new if change.on and each.due_on == bank_day(change.on) else added
        work.add(new)
    await work.flush()
    return added
