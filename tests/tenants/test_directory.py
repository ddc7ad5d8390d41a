"""Whose host this is: asked once for many, and a registry that can't answer is no crash."""

import asyncio

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tenants import registry

pytestmark = pytest.mark.anyio


async def test_a_hundred_that_ask_at_once_cost_one_look(runtime, monkeypatch):
    looks, real = [], registry.find

    async def find(connection, by, value):
        looks.append(value)
        await asyncio.sleep(0.05)
        return await real(connection, by, value)

    monkeypatch.setattr(registry, "find", find)
    runtime.directory.forget()
    found = await asyncio.gather(*(runtime.directory.by_host("harbor.localhost") for _ in range(100)))
    assert {tenant.slug for tenant in found} == {"harbor"} and looks == ["harbor.localhost"]
    assert (await runtime.directory.by_host("summit.localhost")).slug == "summit" and len(looks) == 2


async def test_while_the_registry_is_away_pages_and_programs_are_told_when_to_come_again(cast, runtime, monkeypatch):
    harbor = await cast.browser("harbor", "luis")

    async def find(connection, by, value):
        raise PoolTimeout("no connection is free")

    with monkeypatch.context() as away:
        away.setattr(registry, "find", find)
        runtime.directory.forget()
        page, program = await harbor.get("/agent"), await harbor.get("/api/v1/leads")
    assert [page.status_code, program.status_code] == [503, 503]
    assert page.headers["Retry-After"] == program.headers["Retry-After"] == "5"
    assert program.headers["Content-Type"] == "application/problem+json" and "Harbor" not in page.text
    assert (await harbor.get("/agent")).status_code == 200
