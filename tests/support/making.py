"""Tickets to test with, in the care tenant, on a Tuesday at 2:30 pm Eastern."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access import service as access
from app.core.work import unit
from app.leads.models import Lead
from app.messages import service as messages
from app.messages.models import Message
from app.messages.models.letters import Letter
from app.support import service
from app.support.models import Ticket
from tests.contacting import a_lead, acting
from tests.world import PASSWORD, Browser, Cast

SLUG = "willow"
__all__ = ["SLUG", "a_client", "a_ticket", "stands", "wrote"]


async def a_ticket(cast: Cast, *, owner: str = "luis", priority: str = "normal", **said: Any) -> tuple[Ticket, Lead]:
    lead = said.pop("lead", None) or await a_lead(cast, SLUG, owner=owner)
    async with acting(cast, SLUG, owner) as work:
        wanted = service.NewTicket(
            contact_id=lead.contact_id,
            lead_id=lead.id,
            priority=priority,
            **{"subject": "The kettle leaks", "body": "It drips.", "channel": "email", **said},
        )
        return await service.open_ticket(work, wanted), lead


async def stands(cast: Cast, ticket_id: UUID) -> Ticket:
    async with unit(tenant=cast.tenants[SLUG]) as work:
        return (await work.scalars(select(Ticket).where(Ticket.id == ticket_id))).one()


async def wrote(
    cast: Cast, text: str, *, about: Message | None = None, subject: str = "Hm", ref: str = ""
) -> Message | None:
    """The customer's mail comes in."""
    refs = (about.message_ref,) if about is not None else ()
    letter = Letter(sender="dana@example.net", to=("care@example.com",), subject=subject, text=text, ref=ref, refs=refs)
    async with unit(tenant=cast.tenants[SLUG]) as work:
        return await messages.receive_email(work, letter)


async def a_client(cast: Cast, lead: Lead, first: str = "cleo") -> Browser:
    async with unit(tenant=cast.tenants[SLUG]) as work:
        await access.create_person(
            work,
            email=f"{first}@example.com",
            name=first.title(),
            role="client",
            password=PASSWORD,
            party_id=lead.contact_id,
        )
    return await cast.browser(SLUG, first)
