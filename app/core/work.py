"""The unit of work: one tenant, one actor, one transaction, committed at the edge and nowhere else."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any, Literal
from uuid import UUID, uuid4

import msgspec
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.core.runtime import runtime
from tenants.binding import JOB_TIMEOUT_MS, WEB_TIMEOUT_MS, bind, bound, bound_or_none
from tenants.registry import Tenant

NUDGE = "relay:nudge"


class Actor(msgspec.Struct, frozen=True):
    """Who does it: a person, a publisher's key, the system itself."""

    kind: Literal["person", "publisher", "system"]
    id: UUID | None = None
    name: str = ""


SYSTEM = Actor("system")
before_commit: list[Callable[["Work"], Awaitable[None]]] = []
after_commit: list[Callable[["Work"], Awaitable[None]]] = []  # hints and nudges: losing one must cost nothing


class Work(AsyncSession):
    """A session that knows whose it is, who acts, and what was recorded in it."""

    tenant: Tenant
    actor: Actor
    trace: str
    person: Any  # the signed-in person with role and permissions, or None
    recorded: list[Any]  # events of this transaction, in order
    abandoned: bool
    adds_jobs: bool

    def abandon(self) -> None:
        """Answer without keeping anything: how a form with faults is shown again after a service refused it."""
        self.abandoned = True

    async def start_over(self) -> None:
        """Forget everything done in this unit, to do it again knowing more: how a lost race is answered."""
        await self.rollback()
        self.expunge_all()
        address = self.info.get("address", "")
        self.info.clear()
        self.info["address"] = address
        self.recorded.clear()
        self.adds_jobs = False


def _open(bind_to: AsyncEngine | AsyncConnection, tenant: Tenant, actor: Actor, trace: str | None) -> Work:
    work = Work(bind_to, expire_on_commit=False, autoflush=True)
    work.tenant, work.actor, work.trace = tenant, actor, trace or uuid4().hex[:16]
    work.person, work.recorded, work.abandoned, work.adds_jobs = None, [], False, False
    return work


@asynccontextmanager
async def unit(
    actor: Actor = SYSTEM,
    *,
    tenant: Tenant | None = None,
    trace: str | None = None,
    timeout_ms: int = WEB_TIMEOUT_MS,
) -> AsyncIterator[Work]:
    """One transaction of the tenant in the air (or of the given one, which is then in the air inside the block).

    Leaves by commit; an exception or `abandon()` rolls everything back. Events recorded inside are delivered to `inside`
    subscribers before the commit, and one dispatch row carries them to the `after` ones.
    """
    tenant = tenant or bound()
    engine = runtime().directory.tenant(tenant, timeout_ms=timeout_ms)
    with _in_the_air(tenant):
        async with _open(engine, tenant, actor, trace) as work:
            yield work
            if work.abandoned:
                await work.rollback()
                return
            await settle(work)
            await work.commit()
            for step in after_commit:
                await step(work)
    if work.adds_jobs:
        await nudge()


def _in_the_air(tenant: Tenant) -> AbstractContextManager[None]:
    """Bind unless this very tenant is bound already: a request's generator may end in another context than it began."""
    around = bound_or_none()
    return nullcontext() if around is not None and around.id == tenant.id else bind(tenant)


def job_unit(actor: Actor = SYSTEM, *, tenant: Tenant | None = None, trace: str | None = None) -> Any:
    """A unit with the longer statement timeout of background work."""
    return unit(actor, tenant=tenant, trace=trace, timeout_ms=JOB_TIMEOUT_MS)


@asynccontextmanager
async def on_connection(connection: AsyncConnection, tenant: Tenant) -> AsyncIterator[Work]:
    """A unit inside somebody else's transaction: provisioning writes a tenant's first rows before anybody sees it."""
    with bind(tenant):
        async with _open(connection, tenant, SYSTEM, None) as work:
            yield work
            await settle(work)
            await work.flush()


async def settle(work: Work) -> None:
    """What must happen in every transaction before it commits: the delivery of its events."""
    for step in before_commit:
        await step(work)
    await work.flush()


async def nudge() -> None:
    """Tell the relay that there is work. A hint: without Redis it looks twice a second anyway."""
    open_ = runtime()
    if open_.redis_is_away():
        return
    try:
        if not await open_.redis.llen(NUDGE):
            await open_.redis.lpush(NUDGE, "1")
    except (RedisError, OSError):
        open_.redis_failed()


__all__ = [
    "SYSTEM", "Actor", "Work", "after_commit", "before_commit", "job_unit", "nudge", "on_connection", "settle", "unit",
]  # fmt: skip
