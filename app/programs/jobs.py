"""What programs do by themselves."""

from datetime import timedelta

from app.core import agenda
from app.core.work import Work
from app.programs import service


@agenda.recurring("programs.expire_offers", timedelta(hours=6))
async def expire_offers(work: Work) -> None:
    """Offers whose last day is over."""
    await service.expire_offers(work)
