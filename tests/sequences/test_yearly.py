"""A date that comes back every year: birthdays, the day on which somebody became a customer."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.work import unit
from app.sequences.models import Sequence
from app.sequences.service.starting import due_leads
from tests.leads.making import a_lead, as_actor

pytestmark = pytest.mark.anyio


async def matching(cast, moment):
    with clock.held_at(moment):
        async with unit(await as_actor(cast, "ada", "willow"), tenant=cast.tenants["willow"]) as work:
            sequence = (await work.scalars(select(Sequence).where(Sequence.name == "birthday"))).one()
            return {row.id for row in await work.execute(await due_leads(work, sequence))}


async def test_the_day_counts_in_every_year_and_29_february_on_the_28th(cast):
    noon = datetime(2026, 6, 15, 16, tzinfo=UTC)
    with clock.held_at(noon - timedelta(days=1)):
        born = await a_lead(cast, "willow", birthday=date(1980, 6, 15))
        leap = await a_lead(cast, "willow", birthday=date(1984, 2, 29))
        await a_lead(cast, "willow", birthday=date(1980, 7, 15))
        await a_lead(cast, "willow")
    assert await matching(cast, noon) == {born}
    assert await matching(cast, noon.replace(year=2031)) == {born}
    assert await matching(cast, datetime(2027, 2, 28, 16, tzinfo=UTC)) == {leap}
    assert await matching(cast, noon + timedelta(days=1)) == set()
