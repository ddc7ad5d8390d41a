"""Tickets and their conversation; targets in business time; what a tenant set."""

from app.support.models.settings import Macro, Priority, Targets, TicketSettings
from app.support.models.sla import Calendar
from app.support.models.tables import CHANNELS, OPEN, RUNNING, STATES, Ticket, TicketEntry

__all__ = [
    "CHANNELS", "OPEN", "RUNNING", "STATES", "Calendar", "Macro", "Priority", "Targets", "Ticket", "TicketEntry",
    "TicketSettings",
]  # fmt: skip
