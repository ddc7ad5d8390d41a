"""Doing one agenda row exactly once, whoever is killed at whatever moment.

The lease number is the fence: whoever holds an older one finds nothing to delete and rolls back. A transaction advisory
lock keeps twins of one row apart without blocking the renewal of its lease, which runs on another connection.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import text

from app.core import clock
from app.core.agenda.kinds import Effect, Job, Retry, Unknown, arguments, every, find
from app.core.runtime import runtime
from app.core.work import SYSTEM, Actor, Work, job_unit
from tenants.binding import bind
from tenants.registry import Tenant
from themes.catalogue import later

LEASE_SECONDS = 25
RENEW_SECONDS = 8
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=6)
Outcome = Literal["done", "stale", "retry", "failed", "parked", "waits", "dropped"]
log = structlog.get_logger()


class Stale(Exception):
    """Another holder has this row now; what was done here must not be kept."""


class Row(msgspec.Struct, frozen=True):
    """One agenda row as its holder sees it."""

    id: UUID
    kind: str
    state: str
    lease: int
    attempts: int
    args: list[Any]
    actor: Actor | None = None
    trace: str | None = None

    @property
    def holder(self) -> dict[str, Any]:
        return {"id": self.id, "lease": self.lease}


# Lock and sight in one statement. Twins that slip through it together meet the lease again where they end.
_HOLD = text("""
with alone as materialized (select pg_try_advisory_xact_lock(:key) as held)
select a.id, a.kind, a.state, a.lease, a.attempts, a.args, a.actor, a.trace
from alone cross join spine.agenda a where alone.held and a.id = :id and a.lease = :lease
""")


async def perform(tenant: Tenant, row_id: UUID, lease: int) -> Outcome:
    """Do the row if the lease still stands. Never raises for what the row's own code does; that is noted on the row."""
    row: Row | None = None
    try:
        async with _renewed(tenant, row_id, lease):
            async with _transaction(tenant, row_id, lease) as (work, row):
                declared = _declared(row)
                if tenant.state != "active" and declared.when_suspended != "run":
                    return await _set_aside(work, row, declared)
                request = await _within(work, row, declared)
            if isinstance(declared, Effect) and request is not None:
                await _outside(tenant, row, declared, request)
    except Stale:
        return "stale"
    except Exception as error:  # the row's own code: noted on the row, never lost
        if row is None:
            raise
        if isinstance(error, Unknown):
            return await _park(tenant, row, find(row.kind), str(error))
        return await _retry(tenant, row, find(row.kind), error)
    return "done"


@asynccontextmanager
async def _transaction(tenant: Tenant, row_id: UUID, lease: int) -> AsyncIterator[tuple[Work, Row]]:
    """A unit that holds the row's advisory lock and has seen the lease; whose row it is acts in it. Raises Stale."""
    async with job_unit(tenant=tenant) as work:
        held = {"key": row_id.int % 2**63, "id": row_id, "lease": lease}
        found = (await work.execute(_HOLD, held)).mappings().first()
        if found is None:
            raise Stale
        row = msgspec.convert(dict(found), Row)
        work.actor, work.trace = row.actor or SYSTEM, row.trace or work.trace
        yield work, row


def _declared(row: Row) -> Job | Effect:
    """Raises Stale for a row that waits for a person, LookupError for a kind that no slice declares."""
    if row.state not in ("waiting", "calling"):
        raise Stale
    return find(row.kind)


async def _finish(work: Work, row: Row) -> None:
    """Take the row off the agenda; one that recurs is put to its next time instead."""
    period = every(row.kind)
    if period is None:
        found = await work.execute(text("delete from spine.agenda where id = :id and lease = :lease"), row.holder)
    else:
        found = await work.execute(
            text(
                "update spine.agenda set due = :due, state = 'waiting', leased_until = null, attempts = 0, error = null"
                " where id = :id and lease = :lease"
            ),
            {**row.holder, "due": clock.now() + period},
        )
    if found.rowcount == 0:
        raise Stale


async def _within(work: Work, row: Row, declared: Job | Effect) -> Any:
    """What happens in our own database: all of a job, or an effect up to its call. The request to make, if any."""
    if isinstance(declared, Job):
        await declared.run(work, *arguments(declared.run, row.args))
        return await _finish(work, row)
    request = await declared.prepare(work, *arguments(declared.prepare, row.args))
    if request is None:
        return await _finish(work, row)
    found = await work.execute(
        text("update spine.agenda set state = 'calling' where id = :id and lease = :lease and state = :state"),
        {**row.holder, "state": row.state},
    )
    if found.rowcount == 0:  # a twin is calling already
        raise Stale
    return request


async def _outside(tenant: Tenant, row: Row, effect: Effect, request: Any) -> None:
    """The call, with no transaction open, and what came of it."""
    result = await _reach_outside(row, effect, request)
    async with _transaction(tenant, row.id, row.lease) as (work, _):
        await effect.settle(work, *arguments(effect.prepare, row.args), result)
        await _finish(work, row)


async def _reach_outside(row: Row, effect: Effect, request: Any) -> Any:
    """Call, or after a crash find out what became of the call made before."""
    key = str(row.id)
    if row.state == "calling":
        if effect.ask is not None:
            known = await effect.ask(request, key)
            if known is not None:
                return known
        elif not effect.repeatable:
            raise Unknown(later("The process ended between sending and noting the answer."))
    return await effect.call(request, key)


@asynccontextmanager
async def _renewed(tenant: Tenant, row_id: UUID, lease: int) -> AsyncIterator[None]:
    """Keeps the lease alive on another connection while the work goes on."""

    async def renew() -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            async with job_unit(tenant=tenant) as work:
                await work.execute(
                    text(
                        "update spine.agenda set leased_until = clock_timestamp() + make_interval(secs => :s)"
                        " where id = :id and lease = :lease"
                    ),
                    {"id": row_id, "lease": lease, "s": LEASE_SECONDS},
                )

    renewal = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewal.cancel()


async def _note(tenant: Tenant, row: Row, assignments: str, **values: Any) -> None:
    async with job_unit(tenant=tenant) as work:
        await _put_back(work, row, assignments, **values)


async def _put_back(work: Work, row: Row, assignments: str, **values: Any) -> None:
    """Written on the row, which nobody holds any more."""
    await work.execute(
        text(f"update spine.agenda set {assignments}, leased_until = null where id = :id and lease = :lease"),
        {**row.holder, **values},
    )


async def _retry(tenant: Tenant, row: Row, declared: Job | Effect, error: Exception) -> Outcome:
    """Later again, or to the list that an operator reads once the tries are used up."""
    line = f"{type(error).__name__}: {error}".splitlines()[0][:500]
    log.warning("job failed", kind=row.kind, job=str(row.id), attempt=row.attempts + 1, error=type(error).__name__)
    certain = isinstance(declared, Job) or isinstance(error, Retry)
    if not certain and _must_not_repeat(declared) and await _is_calling(tenant, row):
        return await _park(tenant, row, declared, line)
    if row.attempts + 1 >= declared.retries:
        await _note(tenant, row, "state = 'failed', attempts = attempts + 1, error = :error", error=line)
        await _tell_given_up(tenant, row, declared)
        return "failed"
    wait = min(LONGEST_RETRY, FIRST_RETRY * 4**row.attempts) * (1 + random.random() / 4)
    state = "'waiting'" if certain else "state"
    changes = f"state = {state}, attempts = attempts + 1, error = :error, due = :due"
    await _note(tenant, row, changes, error=line, due=clock.now() + wait)
    return "retry"


async def _tell_given_up(tenant: Tenant, row: Row, declared: Job | Effect) -> None:
    """A word to whoever waits; that it fails too changes nothing of the row."""
    if declared.given_up is None:
        return
    try:
        async with job_unit(row.actor or Actor("system"), tenant=tenant, trace=row.trace) as work:
            await declared.given_up(work, *arguments(declared.given_up, row.args))
    except Exception as error:  # the row's own code, once more
        log.warning("nobody was told", kind=row.kind, job=str(row.id), error=type(error).__name__)


def _must_not_repeat(declared: Job | Effect) -> bool:
    return isinstance(declared, Effect) and declared.ask is None and not declared.repeatable


async def _is_calling(tenant: Tenant, row: Row) -> bool:
    async with job_unit(tenant=tenant) as work:
        return await work.scalar(text("select state from spine.agenda where id = :id"), {"id": row.id}) == "calling"


async def _park(tenant: Tenant, row: Row, declared: Job | Effect, reason: str) -> Outcome:
    """Hold it for a person: it may have happened, and happening twice is worse than waiting."""
    try:
        async with _transaction(tenant, row.id, row.lease) as (work, _):
            if isinstance(declared, Effect) and declared.park is not None:
                await declared.park(work, *arguments(declared.prepare, row.args), reason)
            await work.execute(
                text(
                    "update spine.agenda set state = 'parked', error = :error, leased_until = null"
                    " where id = :id and lease = :lease"
                ),
                {**row.holder, "error": reason[:500]},
            )
    except Stale:
        return "stale"
    log.warning("job parked", kind=row.kind, job=str(row.id))
    return "parked"


async def _set_aside(work: Work, row: Row, declared: Job | Effect) -> Outcome:
    """A suspended tenant's rows wait an hour and look again, or go, as their kind declares."""
    if declared.when_suspended == "drop":
        await _finish(work, row)
        return "dropped"
    await _put_back(work, row, "due = :due", due=clock.now() + timedelta(hours=1))
    return "waits"


async def perform_by_schema(schema: str, row_id: UUID, lease: int) -> Outcome:
    """As the worker calls it: the tenant is looked up afresh; one that is gone is a line in the log."""
    tenant = await runtime().directory.by_schema(schema)
    if tenant is None:
        log.info("job of a tenant that is gone", job=str(row_id), schema=schema)
        return "dropped"
    with bind(tenant):
        return await perform(tenant, row_id, lease)
