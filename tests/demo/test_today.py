"""The demo's newest leads come through the running product's door: each once, however often the start is stopped."""

from types import SimpleNamespace

import msgspec
import pytest
from sqlalchemy import select

from app.core import boot
from app.core.work import unit
from app.demo import build, cast, today
from app.demo.frontdoor import Door
from app.demo.handbook import Handbook
from app.publishers.models import Submission
from tests import world
from tests.browser.serving import served

pytestmark = pytest.mark.anyio


class Stopped(RuntimeError):
    """What a stop in the middle is here."""


@pytest.fixture
async def fresh(runtime, monkeypatch):
    """A tenant without a past, and what its publishers are about to send."""
    monkeypatch.setattr(build, "id_of", world.id_of)  # the tests' own resellers
    wanted = msgspec.structs.replace(cast.TENANTS[0], slug="bay", reseller="northwind")
    kernel = boot.kernel(runtime)
    tenant, entry = await build.make_tenant(runtime, kernel, wanted)
    await kernel.owner.dispose()
    monkeypatch.setattr(cast, "TENANTS", (wanted,))
    return tenant, Handbook("http://console", "http://localhost", [], [entry]), list(today._bodies(wanted, entry))


async def posts(tenant):
    async with unit(tenant=tenant) as work:
        return sorted(await work.scalars(select(Submission.ref)))


async def test_a_start_that_was_stopped_half_way_posts_the_rest_and_nothing_twice(cast, fresh, monkeypatch):
    tenant, book, bodies = fresh
    wanted = sorted(body["ref"] for _, body in bodies)
    usual, left = Door.post, 3

    async def until_stopped(door, key, body):
        nonlocal left
        left -= 1
        if left < 0:
            raise Stopped
        return await usual(door, key, body)

    async with served(cast.app) as port:
        monkeypatch.setattr(today, "AT_ONCE", 1)
        monkeypatch.setattr(today, "settings", lambda: SimpleNamespace(port=port))
        monkeypatch.setattr(Door, "post", until_stopped)
        with pytest.raises(Stopped):
            await today.post_all(book)
        before = await posts(tenant)
        assert 0 < len(before) < len(wanted)
        monkeypatch.setattr(Door, "post", usual)
        await today.post_all(book)
        assert await posts(tenant) == wanted
        assert await today.post_all(book) == ""
    assert await posts(tenant) == wanted
