"""What programs do to the books: deposits, creditor payments, earned fees. Cheap, and in the same
transaction."""

from uuid import UUID

from sqlalchemy import select

from app.billing import service
from app.billing.models import Invoice
from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.leads.queries.owners import owners_of_contact
from app.programs import service as programs
from app.programs.models import Debt, Program
from app.team import service as team


@events.inside("deposit.cleared")
async def deposit_in(work: Work, event: Event) -> None:
    await _move_trust(work, event, event.payload["amount"], f"deposit:{event.payload['deposit_id']}")


@events.inside("deposit.returned")
async def deposit_back(work: Work, event: Event) -> None:
    """Only money that had cleared was booked."""
    if event.payload["reversed"]:
        program = await _program(work, event)
        key = f"deposit:{event.payload['deposit_id']}:returned"
        await service.take_back_deposit(work, program, event.payload["amount"], key, event.at)


@events.inside("settlement.paid")
async def creditor_paid(work: Work, event: Event) -> None:
    await _move_trust(work, event, -event.payload["amount"], f"settlement:{event.payload['settlement_id']}")


@events.inside("fee.earned")
async def fee_billed(work: Work, event: Event) -> None:
    found = select(Program.contact_id, Program.currency, Debt.creditor).join(Debt, Debt.program_id == Program.id)
    row = (await work.execute(found.where(Debt.id == UUID(event.payload["debt_id"])))).one()
    await service.bill_fee(
        work,
        contact_id=row.contact_id,
        program_id=UUID(event.payload["program_id"]),
        fee_id=UUID(event.payload["fee_id"]),
        amount=event.payload["amount"],
        text_=f"Settlement fee: {row.creditor}",
        currency=row.currency,
    )


@events.inside("program.cancelled")
async def give_back(work: Work, event: Event) -> None:
    """The client left: what is saved and not earned goes back."""
    await service.book_unearned(work, await _program(work, event))


@events.inside("program.completed")
async def give_back_the_rest(work: Work, event: Event) -> None:
    """All is settled: deposits go on only as far as earned fees are still owed; anything over goes back."""
    program = await _program(work, event)
    owed = await service.owed_in_fees(work, program.contact_id)
    await programs.stop_deposits(
        work, program.id, keep=max(0, owed - await programs.held_still(work, program.contact_id))
    )
    await service.book_unearned(work, program)


@events.inside("payment.received", "invoice.credited", "invoice.voided")
async def give_back_what_a_fee_leaves(work: Work, event: Event) -> None:
    """After the end, a fee that was paid another way or let off frees what was kept for it."""
    found = select(Program).join(Invoice, Invoice.program_id == Program.id)
    ended = (Invoice.id == UUID(event.payload["invoice_id"]), Program.state.in_(("cancelled", "completed")))
    program = (await work.scalars(found.where(*ended))).first()
    if program is not None:
        await service.book_unearned(work, program)


async def _program(work: Work, event: Event) -> Program:
    program = await work.get(Program, UUID(event.payload["program_id"]))
    assert program is not None
    return program


async def _move_trust(work: Work, event: Event, amount: int, key: str) -> None:
    program = await _program(work, event)
    await service.post(
        work, key, event.kind, {"trust": amount, "clients": -amount}, subject="program", subject_id=program.id,
        happened_at=event.at, currency=program.currency, contact_id=program.contact_id,
    )  # fmt: skip


@events.after("payment.received")
async def tell_paid(work: Work, event: Event) -> None:
    """Whoever looks after the client."""
    for lead_id, owner_id in (await owners_of_contact(work, event.entity_id)).items():
        await team.notify(work, "payment.received", [owner_id], "lead", lead_id)
