"""The life of a deposit: cleared, returned, skipped, moved. What is left out is put at the end of the
plan."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import clock, events
from app.core.errors import invalid
from app.core.work import Work
from app.programs.models import Deposit, Program
from app.programs.models.plan import months_after
from app.programs.service.rows import locked


async def clear_deposit(work: Work, deposit_id: UUID) -> Deposit:
    """The money has arrived in the client's account."""
    deposit = await locked(work, Deposit, deposit_id)
    if deposit.state == "cleared":
        return deposit
    if deposit.state != "scheduled":
        raise invalid("deposit", f"This deposit was {deposit.state}. Only a scheduled one can clear.")
    deposit.state, deposit.cleared_at = "cleared", clock.now()
    await _record(work, "deposit.cleared", deposit, amount=deposit.amount)
    return deposit


async def return_deposit(work: Work, deposit_id: UUID, code: str) -> Deposit:
    """The bank sent it back (Nacha R-code); the same amount is planned again after the last one."""
    deposit = await locked(work, Deposit, deposit_id)
    if deposit.state == "returned":
        return deposit
    cleared_before = deposit.state == "cleared"
    deposit.state, deposit.return_code = "returned", code.upper()
    await _append(work, deposit)
    await _record(work, "deposit.returned", deposit, amount=deposit.amount, code=code.upper(), reversed=cleared_before)
    return deposit


async def skip_deposit(work: Work, deposit_id: UUID) -> Deposit:
    """Left out on the client's wish; the plan gets one month longer."""
    deposit = await locked(work, Deposit, deposit_id)
    if deposit.state == "skipped":
        return deposit
    _demand_scheduled(deposit)
    deposit.state = "skipped"
    await _append(work, deposit)
    await _record(work, "deposit.skipped", deposit)
    return deposit


async def move_deposit(work: Work, deposit_id: UUID, to: date) -> Deposit:
    """On another day, today at the earliest."""
    deposit = await locked(work, Deposit, deposit_id)
    _demand_scheduled(deposit)
    if to < clock.now().date():
        raise invalid("due_on", "Choose today or a later day.")
    if deposit.due_on == to:
        return deposit
    before, deposit.due_on = deposit.due_on, to
    await _record(work, "deposit.moved", deposit, changes={"due_on": (before, to)})
    return deposit


def _demand_scheduled(deposit: Deposit) -> None:
    if deposit.state != "scheduled":
        raise invalid("deposit", f"This deposit was {deposit.state} already.")


async def _append(work: Work, deposit: Deposit) -> None:
    last = await work.scalar(select(func.max(Deposit.due_on)).where(Deposit.program_id == deposit.program_id))
    work.add(
        Deposit(
            id=uuid7(),
            program_id=deposit.program_id,
            due_on=months_after(last or deposit.due_on, 1),
            amount=deposit.amount,
            state="scheduled",
        )
    )
    await work.flush()


async def _record(work: Work, kind: str, deposit: Deposit, **details: object) -> None:
    program = await work.get(Program, deposit.program_id)
    assert program is not None
    changes = details.pop("changes", None)
    events.record(
        work,
        kind,
        "lead",
        program.lead_id,
        changes=changes,
        program_id=program.id,
        deposit_id=deposit.id,
        **details,  # type: ignore[arg-type]
    )
