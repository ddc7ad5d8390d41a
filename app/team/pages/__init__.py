"""Presence and notices for everybody; the team for whoever leads it."""

from typing import Any

from app.team.pages import members, notices, presence, wishes

HANDLERS: list[Any] = [
    *members.HANDLERS,
    *presence.HANDLERS,
    *notices.HANDLERS,
    *wishes.HANDLERS,
]
