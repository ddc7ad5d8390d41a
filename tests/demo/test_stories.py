"""A small world of the debt tenant, lived through by the demo's own services, holds what its guide promises."""

import msgspec
import pytest

from app.core import boot
from app.core.work import unit
from app.demo import build, cast, stories
from app.demo.history import live_through
from tests import world

pytestmark = pytest.mark.anyio
LATER = {"cap", "finished", "half_way"}  # a few dozen leads bring neither full hands nor many clients


async def small_world(runtime, monkeypatch):
    monkeypatch.setattr(build, "id_of", world.id_of)  # the tests' own resellers
    kernel = boot.kernel(runtime)
    wanted = msgspec.structs.replace(cast.TENANTS[0], slug="cove", leads=45, reseller="northwind")
    tenant, entry = await build.make_tenant(runtime, kernel, wanted)
    await kernel.owner.dispose()
    return tenant, await live_through(tenant, wanted, entry, 0)


async def test_the_world_holds_on_first_sight_what_the_guide_says(runtime, monkeypatch):
    tenant, clients = await small_world(runtime, monkeypatch)
    async with unit(tenant=tenant) as work:
        lacking = set(await stories.missing(work, stories.HARBOR))
        assert lacking - LATER == set()
        assert await work.scalar(stories.OF_SEQUENCES[2].find()) is not None
    assert clients[-1].about == "enrolled today"
