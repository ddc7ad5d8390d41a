"""Leads to test with: invented people, numbers 555-01xx."""

from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts import service as contacts
from app.core.work import Actor, unit
from app.leads import service as leads
from app.leads.service import LeadValues
from tests.world import Cast

_numbers = count(100)
FIELDS = {"source", "sub_source", "campaign", "owner_id", "publisher_id", "cost_amount", "value_amount", "test"}


async def a_lead(cast: Cast, slug: str = "harbor", *, consent: bool = False, **said: Any) -> UUID:
    """A lead of somebody new: contact fields, `LeadValues` fields and custom ones by name."""
    number = next(_numbers)
    person = {"first_name": "Dana", "last_name": f"Reyes{number}", "phone": f"+1727555{number:04}", "state": "FL"}
    person |= {name: said.pop(name) for name in list(said) if name in {*person, "email", "zip", "city", "zone"}}
    own = {name: said.pop(name) for name in list(said) if name in FIELDS}
    custom = {name: Decimal(value) if isinstance(value, int) and name in ("total_debt", "monthly_income") else value for name, value in said.items()}
    async with unit(tenant=cast.tenants[slug]) as work:
        contact = await contacts.create(work, person)
        lead = await leads.create(work, contact.id, LeadValues(custom=custom, **own))
        return lead.id


async def person_id(cast: Cast, first: str, slug: str = "harbor") -> UUID:
    async with unit(tenant=cast.tenants[slug]) as work:
        return (await work.scalars(select(PersonRow.id).where(PersonRow.email == f"{first}@example.com"))).one()


async def as_actor(cast: Cast, first: str, slug: str = "harbor") -> Actor:
    async with unit(tenant=cast.tenants[slug]) as work:
        row = (await work.scalars(select(PersonRow).where(PersonRow.email == f"{first}@example.com"))).one()
        return Actor("person", row.id, row.name)
