"""What relay and workers do between them, done here and now: due agenda rows taken and performed as JSON,
no tenant bound.
"""

from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.agenda.perform import perform_by_schema
from app.core.agenda.relay import Taken, take
from tenants.binding import bind
from tenants.registry import Tenant

ROUNDS = 200


async def drain(
    runtime: Any, tenant: Tenant | None = None, *, until: datetime | None = None, rounds: int = ROUNDS
) -> Counter[str]:
    """Perform every due row, and those that they add, until none is due; of one tenant, or of all.

    With `until`, business time stands at that moment meanwhile. Returns how often each outcome came, so
    that a test can say `(await drain(runtime))["failed"] == 0`.
    """
    outcomes: Counter[str] = Counter()
    with bind(None), clock.held_at(until) if until else nullcontext():
        for _ in range(rounds):
            taken = await take(runtime.directory.relay("default"), until or clock.now())
            ours = [row for row in taken if tenant is None or row.tenant_role == tenant.schema]
            await _give_back(runtime, [row for row in taken if row not in ours])
            if not ours and not (taken and await _due(runtime, tenant, until or clock.now())):
                return outcomes
            for row in ours:
                outcomes[await _perform(row)] += 1
    raise AssertionError(f"still due after {rounds} rounds: {outcomes}")


async def _perform(row: Taken) -> str:
    carried = msgspec.json.decode(msgspec.json.encode(row), type=Taken)
    return await perform_by_schema(carried.tenant_role, carried.id, carried.lease)


async def _due(runtime: Any, tenant: Tenant | None, now: datetime) -> bool:
    """Whether this tenant waits though a round brought others' rows alone: the relay shares its room out."""
    waits = text(
        "select 1 from spine.agenda where tenant_role = :role and state in ('waiting', 'calling') and due <= :now"
        " and (leased_until is null or leased_until < clock_timestamp()) limit 1"
    )
    async with runtime.directory.relay("default").begin() as connection:
        return bool(await connection.scalar(waits, {"role": tenant.schema if tenant else "", "now": now}))


async def _give_back(runtime: Any, rows: list[Taken]) -> None:
    if rows:
        async with runtime.directory.relay("default").begin() as connection:
            await connection.execute(
                text("update spine.agenda set leased_until = null where id = any(:ids)"),
                {"ids": [row.id for row in rows]},
            )


async def all_tries(cast: Any, tenant: Tenant) -> None:
    """Whatever failed of this tenant is tried until its tries are used up, without waiting in between."""
    again = (
        "update spine.agenda set due = now() - interval '1 day' where attempts > 0 and state in ('waiting', 'calling')"
    )
    while True:
        async with cast.runtime.directory.relay("default").begin() as connection:
            if not (await connection.execute(text(again))).rowcount:
                return
        await drain(cast.runtime, tenant)
