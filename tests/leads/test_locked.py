"""Holding a lead: as it is now, once in a transaction, and nobody else meanwhile."""

import asyncio

import pytest

from app.core import clock
from app.core.errors import NotFound
from app.core.work import unit
from app.leads import service
from app.leads.models import Lead
from tests.counting import counted
from tests.leads.making import a_lead, row

pytestmark = pytest.mark.anyio


def held(said):
    return [statement for statement in said if "FROM leads" in statement and "FOR UPDATE" in statement]


async def test_a_lead_that_this_transaction_holds_is_not_read_again(cast):
    one, other = await a_lead(cast), await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with counted() as said:
            first = await service.locked(work, one)
            again = await service.locked(work, one)
            await service.locked(work, other)
        assert first is again and len(held(said)) == 2
    async with unit(tenant=cast.tenants["harbor"]) as work:
        with counted() as said:
            await service.locked(work, one)
        assert len(held(said)) == 1


async def test_what_somebody_changed_before_it_was_held_is_seen(cast):
    lead_id = await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        read = await work.get(Lead, lead_id)
        async with unit(tenant=cast.tenants["harbor"]) as theirs:
            (await service.locked(theirs, lead_id)).source = "theirs"
        assert read.source != "theirs"
        assert (await service.locked(work, lead_id)).source == "theirs"


async def test_whoever_comes_second_waits_and_sees_what_the_first_left(cast):
    lead_id = await a_lead(cast)

    async def add(mark):
        async with unit(tenant=cast.tenants["harbor"]) as work:
            lead = await service.locked(work, lead_id)
            before = lead.source
            await asyncio.sleep(0.05)
            lead = await service.locked(work, lead_id)
            lead.source = f"{before}{mark}"

    async with unit(tenant=cast.tenants["harbor"]) as work:
        (await service.locked(work, lead_id)).source = ""
    await asyncio.gather(*(add(mark) for mark in "abc"))
    assert sorted((await row(cast, lead_id)).source) == ["a", "b", "c"]


async def test_a_deleted_one_is_refused_the_second_time_as_well(cast):
    lead_id = await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        (await service.locked(work, lead_id)).deleted_at = clock.now()
        with pytest.raises(NotFound):
            await service.locked(work, lead_id)
        assert (await service.locked(work, lead_id, deleted=True)).id == lead_id


async def test_a_unit_that_starts_over_holds_nothing_any_more(cast):
    lead_id = await a_lead(cast)
    async with unit(tenant=cast.tenants["harbor"]) as work:
        await service.locked(work, lead_id)
        await work.start_over()
        with counted() as said:
            await service.locked(work, lead_id)
        assert len(held(said)) == 1
