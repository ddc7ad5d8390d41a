"""What tasks do at their minute."""

from datetime import datetime
from uuid import UUID

from app.core import agenda
from app.core.work import Actor, Work
from app.tasks import service

CLOCK = Actor("system", name="Reminder")  # whoever promised it is to be told, not spared as its doer


@agenda.job("tasks.remind")
async def remind(work: Work, task_id: UUID) -> None:
    work.actor = CLOCK
    await service.remind(work, task_id)


@agenda.job("tasks.overdue")
async def remind_again(work: Work, task_id: UUID, due_at: datetime) -> None:
    await service.remind_again(work, task_id, due_at)
