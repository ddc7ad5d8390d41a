"""Reading tickets, always from somebody's reach."""

from app.support.queries.listing import TABS, Asked, Row, counts, listing
from app.support.queries.one import (
    Said,
    TicketPage,
    describe_tickets,
    merged_into,
    names,
    of_contact,
    of_lead,
    page_of_client,
    ticket,
    ticket_page,
)

__all__ = [
    "TABS", "Asked", "Row", "Said", "TicketPage", "counts", "describe_tickets", "listing", "merged_into", "names", "of_contact", "of_lead",
    "page_of_client", "ticket", "ticket_page",
]  # fmt: skip
