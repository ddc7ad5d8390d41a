"""What programs do to the books: deposits, creditor payments, earned fees. Cheap, and in the same
transaction."""

from uuid import UUID

from sqlalchemy import select

from app.billing import service
from app.core import events
from app.core.events import Event
from app.core.work import Work
from app.programs.models import Debt, Program


@events.inside("deposit.cleared")
async def deposit_in(work: Work, event: Event) -> None:
    await _move_trust(work, event, event.payload["amount"], f"deposit:{event.payload['deposit_id']}")


@events.inside("deposit.returned")
async def deposit_back(work: Work, event: Event) -> None:
    """Only money that had cleared was booked."""
    if event.payload["reversed"]:
        await _move_trust(work, event, -event.payload["amount"], f"deposit:{event.payload['deposit_id']}:returned")


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


async def _move_trust(work: Work, event: Event, amount: int, key: str) -> None:
    await service.post(
        work,
        key,
        event.kind,
        {"trust": amount, "clients": -amount},
        subject="program",
        subject_id=UUID(event.payload["program_id"]),
        happened_at=event.at,
    )
