"""What calls make of the carrier's reports."""

from uuid import UUID

from sqlalchemy import select

from app.calls import service
from app.core import events
from app.core.events import Event
from app.core.ports.carrier import CallStatus, InboundCall
from app.core.work import Work
from app.messages.service.reports import handles
from app.tasks import service as tasks
from app.tasks.models import Task
from app.tasks.queries import of_record


@handles(CallStatus)
async def follow(work: Work, said: CallStatus, record_id: UUID | None) -> None:
    await service.note_status(work, said, call_id=record_id)


@handles(InboundCall)
async def ring(work: Work, said: InboundCall, record_id: UUID | None) -> None:
    await service.receive_call(work, said)


@events.inside("lead.stage_changed")
async def call_no_more(work: Work, event: Event) -> None:
    """Nobody is to call a lead that is lost: calls promised to it are done. Taking that back promises them again."""
    if event.payload.get("to_kind") == "lost":
        for task in await of_record(work, "lead", event.entity_id):
            if task.kind == "call":
                await tasks.complete(work, task.id)
    elif event.payload.get("from_kind") == "lost":
        for task_id in await _done_with_the_loss(work, event):
            await tasks.reopen(work, task_id)


async def _done_with_the_loss(work: Work, event: Event) -> list[UUID]:
    """Tasks that were done in the same breath as the lead was lost, and are still there."""
    await events.written(work)
    of_lead = (Event.entity == "lead", Event.entity_id == event.entity_id)
    lost = select(Event.trace).where(
        *of_lead, Event.kind == "lead.stage_changed", Event.payload["to_kind"].astext == "lost"
    )
    trace = await work.scalar(lost.order_by(Event.at.desc(), Event.id.desc()).limit(1))
    done = select(Event.payload["task"].astext).where(*of_lead, Event.kind == "task.done", Event.trace == trace)
    ids = [UUID(found) for found in await work.scalars(done)]
    return list(await work.scalars(select(Task.id).where(Task.id.in_(ids))))
