"""What is done about contacts later: who may be whom."""

from datetime import datetime, timedelta
from uuid import UUID

from app.contacts import service
from app.core import agenda
from app.core.work import Work


@agenda.recurring("contacts.look", timedelta(days=1))
async def look(work: Work) -> None:
    """Whoever was added or changed since yesterday."""
    await service.look(work)


@agenda.job("contacts.compare")
async def compare(work: Work, since: datetime | None, until: datetime, after: UUID | None) -> None:
    """A chunk of contacts, then the next one."""
    await service.compare(work, since, until, after)
