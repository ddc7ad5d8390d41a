"""Leads that arrive, people who are ready, and the law asleep or awake."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.access.models import PersonRow
from app.contacts import service as contacts
from app.core import clock
from app.core.work import unit
from app.leads import service as leads
from app.leads.models import Lead
from app.routing.models import LeadOffer
from app.team import service as team
from tests.drive import drain

# A Thursday, 3 pm in New York, noon in Los Angeles: calls are lawful everywhere but on the islands.
NOON = datetime(2026, 11, 19, 20, 0, tzinfo=UTC)


@pytest.fixture
def noon():
    """Business time goes on from noon, for everybody in this process."""
    clock.use_offset(NOON - clock.real_now())
    yield NOON
    clock.use_offset(timedelta(0))


class Floor:
    """One tenant's call floor."""

    def __init__(self, cast: Any, runtime: Any, slug: str = "harbor") -> None:
        self.cast, self.runtime, self.tenant = cast, runtime, cast.tenants[slug]

    async def person(self, first: str) -> UUID:
        async with unit(tenant=self.tenant) as work:
            return (await work.scalars(select(PersonRow.id).where(PersonRow.email == f"{first}@example.com"))).one()

    async def ready(self, *firsts: str, state: str = "ready") -> None:
        for first in firsts:
            async with unit(tenant=self.tenant) as work:
                await team.set_presence(work, await self.person(first), state)

    async def member(self, first: str, **values: Any) -> None:
        async with unit(tenant=self.tenant) as work:
            await team.change_member(work, await self.person(first), team.MemberValues(**values))

    async def lead(self, number: int = 142, *, person: Mapping[str, Any] | None = None, **values: Any) -> UUID:
        given = {
            "first_name": "Dana",
            "last_name": f"N{number}",
            "phone": f"+1727555{number:04}",
            "state": "FL",
            "zip": "33602",
        }
        async with unit(tenant=self.tenant) as work:
            contact = await contacts.upsert(work, {**given, **(person or {})})
            return (await leads.create(work, contact.id, leads.LeadValues(**values))).id

    async def drain(self, until: datetime | None = None) -> Any:
        return await drain(self.runtime, self.tenant, until=until)

    async def owner(self, lead_id: UUID) -> UUID | None:
        async with unit(tenant=self.tenant) as work:
            return await work.scalar(select(Lead.owner_id).where(Lead.id == lead_id))

    async def over(self, lead_id: UUID, by: timedelta = timedelta(seconds=1)) -> None:
        """The time of the lead's open offer is over (or not yet, with `by` below zero)."""
        found = select(LeadOffer.expires_at).where(LeadOffer.lead_id == lead_id, LeadOffer.state == "open")
        await self.drain((await self.rows(found))[0] + by)

    async def rows(self, statement: Any) -> list[Any]:
        async with unit(tenant=self.tenant) as work:
            return list((await work.scalars(statement)).all())


@pytest.fixture
async def floor(cast: Any, runtime: Any, noon: datetime) -> Floor:
    return Floor(cast, runtime)
