"""Sequences on the agenda: ids in, one service call."""

from datetime import timedelta
from uuid import UUID

from app.core import agenda
from app.core.work import Work
from app.sequences import service


@agenda.job("sequences.start")
async def start(work: Work, sequence_id: UUID, lead_id: UUID, cause: str) -> None:
    await service.enter(work, sequence_id, lead_id, cause)


@agenda.job("sequences.step")
async def step(work: Work, run_id: UUID, turn: int) -> None:
    """One row is one step; it is done once."""
    await service.step(work, run_id, turn)


@agenda.job("sequences.late")
async def late(work: Work, message_id: UUID) -> None:
    await service.refused_late(work, message_id)


@agenda.job("sequences.resend")
async def resend(work: Work, run_id: UUID, step_id: str, message_id: UUID) -> None:
    await service.resend(work, run_id, step_id, message_id)


@agenda.job("sequences.wake")
async def wake(work: Work, sequence_id: UUID, after: UUID | None) -> None:
    await service.wake(work, sequence_id, after)


@agenda.job("sequences.clear")
async def clear(work: Work, sequence_id: UUID) -> None:
    await service.clear(work, sequence_id)


@agenda.job("sequences.look")
async def look(work: Work, sequence_id: UUID, after: UUID | None) -> None:
    await service.look(work, sequence_id, after)


@agenda.recurring("sequences.look_all", timedelta(minutes=30))
async def look_all(work: Work) -> None:
    """Silence and dates: nothing happens that would say it is time."""
    await service.look_all(work)
