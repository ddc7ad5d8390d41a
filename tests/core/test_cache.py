"""The one cache: a tenant's answers are its own, no tenant is an error, and without Redis it is only
slower.
"""

import pytest

from app.core import cache
from tenants.binding import NoTenantBound, bind

pytestmark = pytest.mark.anyio


async def test_an_answer_is_kept_for_its_tenant_and_its_parts(cast):
    asked = []

    async def make() -> int:
        asked.append(1)
        return len(asked)

    async def ask(slug: str, *parts: object) -> int:
        with bind(cast.tenants[slug]):
            return await cache.cached("test", *parts, seconds=30, type_=int, make=make)

    assert [await ask("harbor", "a"), await ask("harbor", "a")] == [1, 1]
    assert [await ask("summit", "a"), await ask("harbor", "b"), await ask("harbor", "a", "")] == [2, 3, 4]
    with bind(cast.tenants["harbor"]):
        await cache.forget("test", "a")
    assert await ask("harbor", "a") == 5


async def test_without_a_tenant_there_is_no_key():
    with bind(None), pytest.raises(NoTenantBound):
        cache.key("test")


async def test_without_redis_it_is_computed_anew(cast, monkeypatch):
    from redis.exceptions import RedisError

    class Away:
        def __getattr__(self, name: str):
            async def fail(*_: object, **__: object) -> None:
                raise RedisError("away")

            return fail

    monkeypatch.setattr(cast.runtime, "redis", Away())

    async def make() -> str:
        return "made"

    with bind(cast.tenants["harbor"]):
        assert await cache.cached("test", "gone", seconds=30, type_=str, make=make) == "made"
        await cache.forget("test", "gone")
