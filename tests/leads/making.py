"""Leads to test with: invented people, numbers 555-01xx to 555-09xx."""

from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts import service as contacts
from app.core.events import Event
from app.core.work import Actor, unit
from app.leads import service as leads
from app.leads.models import Lead
from app.leads.service import LeadValues
from tests.world import Cast

_numbers = count(100)
OF_LEAD = frozenset(LeadValues.__struct_fields__) - {"custom"}
OF_CONTACT = frozenset("first_name last_name phone email state zip city zone".split())
MONEY = ("total_debt", "monthly_income")


async def a_lead(cast: Cast, slug: str = "harbor", **said: Any) -> UUID:
    """A lead of somebody new: fields of the contact, of `LeadValues`, and custom ones, all by name."""
    number = next(_numbers)
    person = {
        "first_name": "Dana",
        "last_name": f"Reyes{number}",
        "phone": f"+1727555{number:04}",
        "state": "FL",
    }
    person |= {name: said[name] for name in said if name in OF_CONTACT}
    own = {name: said[name] for name in said if name in OF_LEAD}
    custom = {name: value for name, value in said.items() if name not in OF_CONTACT | OF_LEAD}
    custom |= {name: Decimal(custom[name]) for name in MONEY if name in custom}
    async with unit(tenant=cast.tenants[slug]) as work:
        contact = await contacts.create(work, person)
        lead = await leads.create(work, contact.id, LeadValues(custom=custom, **own))
        return lead.id


async def row(cast: Cast, lead_id: UUID, slug: str = "harbor") -> Lead:
    """The lead as it stands now."""
    async with unit(tenant=cast.tenants[slug]) as work:
        return (await work.scalars(select(Lead).where(Lead.id == lead_id))).one()


async def person_id(cast: Cast, first: str, slug: str = "harbor") -> UUID:
    return (await as_actor(cast, first, slug)).id  # type: ignore[return-value]


async def as_actor(cast: Cast, first: str, slug: str = "harbor") -> Actor:
    async with unit(tenant=cast.tenants[slug]) as work:
        found = (await work.scalars(select(PersonRow).where(PersonRow.email == f"{first}@example.com"))).one()
        return Actor("person", found.id, found.name)


async def kinds(cast: Cast, record: UUID, slug: str = "harbor") -> list[str]:
    """The kinds of a record's events, oldest first."""
    async with unit(tenant=cast.tenants[slug]) as work:
        found = select(Event.kind).where(Event.entity_id == record).order_by(Event.at, Event.id)
        return list(await work.scalars(found))
