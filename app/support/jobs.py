"""Alarms, the question how it was, and closing what stayed quiet."""

from typing import Literal
from uuid import UUID

from app.core import agenda
from app.core.errors import NotFound
from app.core.work import Work
from app.support import service


@agenda.job("support.alarm")
async def alarm(work: Work, ticket_id: UUID, which: Literal["first", "resolve"], step: str) -> None:
    try:
        await service.alarm(work, ticket_id, which, step)
    except NotFound:
        return


@agenda.job("support.rating")
async def ask_rating(work: Work, ticket_id: UUID) -> None:
    try:
        await service.ask_rating(work, ticket_id)
    except NotFound:
        return


@agenda.job("support.close")
async def close(work: Work, ticket_id: UUID) -> None:
    try:
        await service.close_quiet(work, ticket_id)
    except NotFound:
        return
