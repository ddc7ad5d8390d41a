"""What calls make of the carrier's reports."""

from uuid import UUID

from app.calls import service
from app.core.ports.carrier import CallStatus, InboundCall
from app.core.work import Work
from app.messages.service.reports import handles


@handles(CallStatus)
async def follow(work: Work, said: CallStatus, record_id: UUID | None) -> None:
    await service.note_status(work, said, call_id=record_id)


@handles(InboundCall)
async def ring(work: Work, said: InboundCall, record_id: UUID | None) -> None:
    await service.receive_call(work, said)
