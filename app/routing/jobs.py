"""Routing's work for later."""

from uuid import UUID

from app.core import agenda
from app.core.work import Actor, Work
from app.routing import service

# Whoever caused it (a publisher's post, somebody's presence), the rules decide.
RULES = Actor("system", name="Routing")


@agenda.job("routing.route", queue="intake")
async def route(work: Work, lead_id: UUID, cause: str) -> None:
    work.actor = RULES
    await service.route(work, lead_id, cause)


@agenda.job("routing.route_waiting", queue="intake")
async def route_waiting(work: Work) -> None:
    await service.route_waiting(work)


@agenda.job("routing.expire_offer", queue="intake")
async def expire_offer(work: Work, offer_id: UUID) -> None:
    work.actor = RULES
    await service.expire(work, offer_id)
