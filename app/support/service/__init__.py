"""Verbs on tickets. Whoever calls has found the ticket within reach."""

from app.support.service.arriving import arrived
from app.support.service.clocks import alarm, calendar
from app.support.service.configure import configure_tickets, put_settings, settings
from app.support.service.merging import merge
from app.support.service.rating import ask_rating, by_token, rate
from app.support.service.talking import Reply, client_wrote, fill_macro, note, reply
from app.support.service.tickets import NewTicket, assign, change, close_quiet, move, open_ticket

__all__ = [
    "NewTicket", "Reply", "alarm", "arrived", "ask_rating", "assign", "by_token", "calendar", "change", "client_wrote",
    "close_quiet", "configure_tickets", "fill_macro", "merge", "move", "note", "open_ticket", "put_settings", "rate", "reply",
    "settings",
]  # fmt: skip
