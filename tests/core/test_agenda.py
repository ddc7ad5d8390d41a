"""The agenda's promise: a row commits with its cause and has its effect once."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core import agenda, clock, config
from app.core.agenda.perform import perform_by_schema
from app.core.agenda.relay import SHARE, take
from app.core.work import unit

pytestmark = pytest.mark.anyio
calls: list[str] = []


@agenda.job("test.count")
async def count(work, name: str) -> None:
    await config.put(work, name, (await config.get(work, name) or 0) + 1)


async def _nothing(work, name: str) -> None:
    pass


AHEAD = ("urgent", "intake", "dispatch", "send")  # the first before the last, added at the same moment
for queue in AHEAD:
    agenda.job(f"test.{queue}", queue=queue)(_nothing)


async def _call(request, key):
    calls.append(key)
    return "sent"


async def _prepare(work, name: str):
    return name


async def _settle(work, name: str, result) -> None:
    await config.put(work, name, result)


agenda.effect(agenda.Effect("test.send", prepare=_prepare, call=_call, settle=_settle))


async def harbor(runtime):
    return await runtime.directory.by_slug("harbor")


async def taken(runtime):
    return await take(runtime.directory.relay("default"), clock.now())


async def test_a_job_runs_once_for_many_twins(runtime):
    tenant = await harbor(runtime)
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "test.count", "twins")
    (row,) = await taken(runtime)
    outcomes = await asyncio.gather(*(perform_by_schema(tenant.schema, row.id, row.lease) for _ in range(8)))
    assert outcomes.count("done") == 1 and set(outcomes) <= {"done", "stale"}
    async with unit(tenant=tenant) as work:
        assert await config.get(work, "twins") == 1


async def test_an_older_lease_finds_nothing(runtime):
    tenant = await harbor(runtime)
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "test.count", "fenced")
    (row,) = await taken(runtime)
    assert await perform_by_schema(tenant.schema, row.id, row.lease - 1) == "stale"
    assert await perform_by_schema(tenant.schema, row.id, row.lease) == "done"


async def test_a_rolled_back_cause_leaves_no_row(runtime):
    tenant = await harbor(runtime)
    with pytest.raises(RuntimeError):
        async with unit(tenant=tenant) as work:
            await agenda.add(work, "test.count", "never")
            raise RuntimeError
    assert await taken(runtime) == []


async def test_a_key_is_unique_while_its_row_stands(runtime):
    tenant = await harbor(runtime)
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "test.count", "keyed", key="one")
        await agenda.add(work, "test.count", "keyed", key="one")
    assert len(await taken(runtime)) == 1


async def test_an_effect_that_may_have_happened_is_parked_not_repeated(runtime):
    tenant = await harbor(runtime)
    calls.clear()
    async with unit(tenant=tenant) as work:
        row_id = await agenda.add(work, "test.send", "crash")
        await work.execute(text("update spine.agenda set state = 'calling' where id = :id"), {"id": row_id})
    (row,) = await taken(runtime)
    assert await perform_by_schema(tenant.schema, row.id, row.lease) == "parked"
    assert calls == []
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "test.send", "fine")
    (row,) = await taken(runtime)
    assert await perform_by_schema(tenant.schema, row.id, row.lease) == "done"
    assert calls == [str(row.id)]


async def test_twins_of_an_effect_call_once(runtime):
    tenant = await harbor(runtime)
    calls.clear()
    async with unit(tenant=tenant) as work:
        await agenda.add(work, "test.send", "twins")
    (row,) = await taken(runtime)
    await asyncio.gather(*(perform_by_schema(tenant.schema, row.id, row.lease) for _ in range(8)))
    assert calls == [str(row.id)]
    async with unit(tenant=tenant) as work:
        assert await config.get(work, "twins") == "sent"


async def test_a_lead_goes_ahead_of_the_rest_but_not_of_what_has_waited_long(runtime):
    tenant = await harbor(runtime)
    async with unit(tenant=tenant) as work:
        kinds = ("test.count", "test.intake")
        long_ago = clock.now() - timedelta(minutes=11)
        wanted = [await agenda.add(work, "test.count", "old", due=long_ago)]
        wanted += reversed([await agenda.add(work, kind, "new") for kind in kinds])
    for expected in wanted:
        (row,) = await take(runtime.directory.relay("default"), clock.now(), in_flight=1)
        assert row.id == expected
        assert await perform_by_schema(tenant.schema, row.id, row.lease) == "done"
    assert await take(runtime.directory.relay("default"), clock.now(), in_flight=0) is None


async def test_a_code_to_sign_in_goes_before_a_lead_and_a_lead_before_letters(runtime):
    tenant = await harbor(runtime)
    async with unit(tenant=tenant) as work:
        added = {queue: await agenda.add(work, f"test.{queue}", "new") for queue in reversed(AHEAD)}
    taken_in_order = []
    for _ in AHEAD:
        (row,) = await take(runtime.directory.relay("default"), clock.now(), in_flight=1)
        taken_in_order.append(row.id)
        assert await perform_by_schema(tenant.schema, row.id, row.lease) == "done"
    assert taken_in_order == [added[queue] for queue in AHEAD]


async def test_a_busy_tenant_does_not_crowd_out_another(runtime):
    busy, quiet = await harbor(runtime), await runtime.directory.by_slug("summit")
    async with unit(tenant=busy) as work:
        for number in range(200):
            await agenda.add(work, "test.count", f"n{number}")
    async with unit(tenant=quiet) as work:
        await agenda.add(work, "test.count", "quiet")
    of_each = Counter(row.tenant_role for row in await taken(runtime))
    assert of_each == {busy.schema: SHARE, quiet.schema: 1}
