"""Token buckets: exact under concurrency, the same arithmetic with and without Redis, one tenant's own."""

import asyncio

import pytest

from app.core import limits
from app.core.errors import TooMany
from app.core.limits import Limit, demand, take
from tenants.binding import NoTenantBound, bind

pytestmark = pytest.mark.anyio
SLOW = Limit(rate=0.001, burst=50)


@pytest.fixture(params=["redis", "here"])
async def harbor(request, runtime, monkeypatch):
    if request.param == "here":

        async def gone(*_):
            raise ConnectionError

        monkeypatch.setattr(limits, "_from_redis", gone)
    monkeypatch.setattr(runtime, "redis_away_until", 0.0)
    limits._buckets.clear()
    await runtime.redis.flushdb()
    tenant = await runtime.directory.by_slug("harbor")
    with bind(tenant):
        yield tenant


async def test_of_three_hundred_at_once_exactly_the_burst_gets_through(harbor):
    waits = await asyncio.gather(*(take("t", "a", SLOW) for _ in range(300)))
    assert sum(wait == 0 for wait in waits) == 50
    assert all(0 < wait <= 1_000 for wait in waits if wait)


async def test_the_wait_is_what_it_takes_to_fill_up(harbor):
    limit = Limit(rate=2.0, burst=4)
    assert await take("t", "b", limit, cost=4) == 0
    assert 0.9 < await take("t", "b", limit, cost=2) <= 1.0


async def test_buckets_are_apart_by_kind_and_principal(harbor):
    one = Limit(rate=0.001, burst=1)
    assert [await take("t", "c", one) for _ in range(2)][1] > 0
    assert await take("t", "d", one) == 0 and await take("u", "c", one) == 0


async def test_too_many_says_how_long(harbor):
    await take("t", "e", Limit(rate=0.1, burst=1))
    with pytest.raises(TooMany) as told:
        await demand("t", "e", Limit(rate=0.1, burst=1))
    assert told.value.retry_after in (10, 11) and "Try again in 1" in told.value.detail


async def test_a_bucket_belongs_to_a_tenant(harbor, runtime):
    one = Limit(rate=0.001, burst=1)
    await take("t", "f", one)
    assert await take("t", "f", one) > 0
    with bind(await runtime.directory.by_slug("summit")):
        assert await take("t", "f", one) == 0
    with bind(None), pytest.raises(NoTenantBound):
        await take("t", "f", one)


async def test_local_buckets_cannot_fill_the_memory(harbor, monkeypatch):
    monkeypatch.setattr(limits, "LOCAL_BUCKETS", 10)
    for number in range(50):
        limits._from_here(f"n{number}", SLOW, 1)
    assert len(limits._buckets) == 10


async def test_after_a_failure_redis_is_left_alone_for_a_moment(runtime, monkeypatch):
    asked = []

    async def gone(*_):
        asked.append(1)
        raise ConnectionError

    monkeypatch.setattr(limits, "_from_redis", gone)
    monkeypatch.setattr(runtime, "redis_away_until", 0.0)
    with bind(await runtime.directory.by_slug("harbor")):
        for _ in range(5):
            await take("t", "g", SLOW)
    assert len(asked) == 1
