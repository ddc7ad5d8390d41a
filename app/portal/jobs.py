"""What the portal does later: asking a new client in."""

from uuid import UUID

from app.core import agenda
from app.core.work import Work
from app.portal import service


@agenda.job("portal.invite")
async def invite(work: Work, contact_id: UUID) -> None:
    """By mail, once; access makes the mail and the link."""
    await service.invite(work, contact_id)
