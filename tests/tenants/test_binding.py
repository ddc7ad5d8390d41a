"""Two fences between tenants: the path of the bound transaction, and the role's own rights."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.access.models import PersonRow
from app.core.work import unit
from tenants.binding import NoTenantBound, WrongTenant, bind
from tests.world import id_of

pytestmark = pytest.mark.anyio


async def tenant(runtime, slug):
    return await runtime.directory.by_slug(slug)


async def test_each_tenant_reads_its_own_people(runtime):
    harbor, summit = await tenant(runtime, "harbor"), await tenant(runtime, "summit")
    async with unit(tenant=harbor) as work:
        harbors = set(await work.scalars(select(PersonRow.id)))
    async with unit(tenant=summit) as work:
        summits = set(await work.scalars(select(PersonRow.id)))
    assert harbors and summits and not harbors & summits


async def test_another_schema_is_refused_by_name(runtime):
    harbor, summit = await tenant(runtime, "harbor"), await tenant(runtime, "summit")
    async with unit(tenant=harbor) as work:
        assert await work.scalar(text(f"select count(*) from {harbor.schema}.people")) == 3
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit(tenant=harbor) as work:
            await work.scalar(text(f"select count(*) from {summit.schema}.people"))


async def test_nothing_bound_is_an_error_not_a_default(runtime):
    with pytest.raises(NoTenantBound):
        async with unit():
            pass
    async with runtime.directory.control().connect() as connection:
        with pytest.raises(ProgrammingError, match="does not exist"):
            await connection.execute(text("select * from people"))


async def test_a_transaction_of_another_tenant_cannot_start_inside(runtime):
    harbor, summit = await tenant(runtime, "harbor"), await tenant(runtime, "summit")
    with bind(harbor), pytest.raises(WrongTenant):
        async with unit(tenant=summit):
            pass


async def test_a_tenant_role_reads_no_registry(runtime):
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with unit(tenant=await tenant(runtime, "harbor")) as work:
            await work.execute(text("select * from control.tenants"))


async def test_the_console_sees_what_its_reseller_reaches(runtime):
    console = await tenant(runtime, "console")
    seen = {}
    for reach in ("", "all", str(id_of("northwind"))):
        async with unit(tenant=console) as work:
            await work.execute(text("select set_config('marquee.reseller', :r, true)"), {"r": reach})
            seen[reach] = set(await work.scalars(text("select slug from control.tenants")))
    assert seen[""] == set()
    assert seen[str(id_of("northwind"))] == {"harbor", "summit"}
    assert seen["all"] == {"harbor", "summit", "keystone", "willow", "console"}
