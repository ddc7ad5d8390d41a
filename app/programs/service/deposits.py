"""What happens to a deposit: it clears (also late), or the bank sends it back and it is tried again where the rules let it."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from uuid_utils.compat import uuid7

from app.core import clock, config, events
from app.core.errors import Conflict, invalid
from app.core.work import Work
from app.programs.models import Deposit, Program
from app.programs.models.days import business_days_after
from app.programs.models.returns import RETRY_AFTER, RETURNS, may_retry, needs_mending
from app.programs.models.schedule import following
from app.programs.service.rows import locked
from themes.catalogue import say

RETURNABLE = timedelta(days=60)  # an unauthorised debit may come back so long after it settled (Nacha)


async def clear_deposit(work: Work, deposit_id: UUID) -> Deposit:
    """The money has arrived in the client's account, on its day or late."""
    deposit, program = await with_program(work, deposit_id)
    if deposit.state == "cleared":
        return deposit
    if deposit.state != "scheduled":
        raise invalid("deposit", say("Only a deposit that is planned can clear. This one is over."))
    deposit.state, deposit.cleared_at, deposit.request = "cleared", clock.now(), None
    record(work, "deposit.cleared", program, deposit, amount=deposit.amount)
    return deposit


async def return_deposit(work: Work, deposit_id: UUID, code: str) -> Deposit:
    """The bank sent it back (Nacha R-code). For want of money it is presented again, twice at most; else its amount goes to
    the end of the plan. A code that asks for more than money holds all further deposits.

    Raises Invalid for an unknown code and a deposit that can't come back any more.
    """
    deposit, program = await with_program(work, deposit_id)
    code = code.upper()
    if deposit.state == "returned":
        return deposit
    if code not in RETURNS:
        raise invalid("code", say("Choose one of: %(codes)s.", codes=", ".join(RETURNS)))
    _demand_returnable(deposit)
    cleared_before = deposit.state == "cleared"
    deposit.state, deposit.return_code, deposit.returned_at = "returned", code, clock.now()
    deposit.request = None
    if program.state == "active":
        await _again(work, program, deposit)
    record(work, "deposit.returned", program, deposit, amount=deposit.amount, code=code, reversed=cleared_before)
    return deposit


def _demand_returnable(deposit: Deposit) -> None:
    late = deposit.cleared_at is not None and clock.now() - deposit.cleared_at > RETURNABLE
    if deposit.state not in ("scheduled", "cleared") or late:
        raise invalid("deposit", say("This deposit can't come back any more."))


async def _again(work: Work, program: Program, deposit: Deposit) -> None:
    code, today = deposit.return_code or "", await config.today(work)
    if may_retry(code, deposit.attempt, today - await _first_day(work, deposit)):
        due, attempt = business_days_after(today, RETRY_AFTER), deposit.attempt + 1
    else:
        due, attempt = following(max(today, await _last_day(work, deposit)), program.first_deposit_on), 1
    if needs_mending(code):
        program.hold = code
    work.add(
        Deposit(
            id=uuid7(), program_id=program.id, due_on=due, amount=deposit.amount, state="scheduled", attempt=attempt,
            retry_of=deposit.id if attempt > 1 else None,
        )
    )  # fmt: skip
    await work.flush()


async def _first_day(work: Work, deposit: Deposit) -> date:
    """When this payment was presented for the first time."""
    while deposit.retry_of is not None:
        before = await work.get(Deposit, deposit.retry_of)
        if before is None:
            break
        deposit = before
    return deposit.due_on


async def _last_day(work: Work, deposit: Deposit) -> date:
    last = select(func.max(Deposit.due_on)).where(
        Deposit.program_id == deposit.program_id, Deposit.state == "scheduled"
    )
    return await work.scalar(last) or deposit.due_on


async def end_hold(work: Work, program_id: UUID) -> Program:
    """The client gave the right account or agreed again: deposits go on."""
    program = await locked(work, Program, program_id)
    if program.hold:
        before, program.hold = program.hold, ""
        await work.flush()
        changes = {"hold": (before, "")}
        told = {"program_id": program.id, "contact_id": program.contact_id}
        events.record(work, "deposit.resumed", "lead", program.lead_id, changes=changes, **told)
    return program


async def with_program(work: Work, deposit_id: UUID) -> tuple[Deposit, Program]:
    """Both locked, the program first, so that two changes to one plan never wait on each other. Raises NotFound."""
    found = await locked(work, Deposit, deposit_id, hold=False)
    program = await locked(work, Program, found.program_id)
    if program.state == "draft":
        raise Conflict("This program is not under way.")
    return await locked(work, Deposit, deposit_id), program


def record(work: Work, kind: str, program: Program, deposit: Deposit, **details: object) -> None:
    changes = details.pop("changes", None)
    events.record(
        work,
        kind,
        "lead",
        program.lead_id,
        changes=changes,  # type: ignore[arg-type]
        program_id=program.id,
        contact_id=program.contact_id,
        deposit_id=deposit.id,
        **details,
    )
