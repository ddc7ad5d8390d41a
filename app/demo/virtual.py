"""Living through the past: business time is held at a moment, and what falls due until then is done at its own time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.agenda.kinds import Job, arguments, every, find
from app.core.agenda.perform import perform
from app.core.errors import Problem
from app.core.ports import doors
from app.core.ports.carrier import CallReceipt, SmsReceipt
from app.core.ports.mail import Mail, Sent
from app.core.work import SYSTEM, Actor, Work, job_unit, settle, unit
from tenants.binding import bind
from tenants.registry import Tenant

AT_A_TIME = 100
FAR = datetime(2100, 1, 1, tzinfo=UTC)

# Sealing waits for the end: one seal closes over all entries, however many there are.
_DUE = text(
    "select id, kind, args, actor, trace, due from spine.agenda where tenant_role = current_user and state = 'waiting'"
    " and due <= :until and kind <> 'access.seal' and (:recurring or key is null or key not like 'every:%')"
    " order by due, id limit :most"
)
_NEXT = text(
    "select min(due) from spine.agenda where tenant_role = current_user and state = 'waiting' and kind <> 'access.seal'"
    " and (key is null or key not like 'every:%')"
)


class Silence:
    """Stands in for mail server and carrier: everything is taken, nothing leaves."""

    async def send(self, mail: Mail, key: str) -> Sent:
        return Sent(provider_id=key, message_id=f"<{key}@example.com>")

    async def ask(self, mail: Mail, key: str) -> Sent | None:
        return None

    async def send_sms(self, *, to: str, from_: str, text: str, key: str, status_callback: str) -> SmsReceipt:
        return SmsReceipt(id=key, status="delivered")

    async def place_call(self, *, to: str, from_: str, key: str, callback: str) -> CallReceipt:
        return CallReceipt(id=key, status="completed")

    async def hang_up(self, call_id: str) -> None:
        """Nobody is on the line."""


@asynccontextmanager
async def quiet() -> AsyncIterator[None]:
    """No outside send inside the block."""
    silence: Any = Silence()
    with doors.standing_in(silence, silence):
        yield


class Past:
    """One tenant's past. `do` opens a unit at a moment, after everything that was due before it has been done.

    Nobody else is at work on this tenant, so rows need no lease here; each is still done in one transaction with its end.
    """

    def __init__(self, tenant: Tenant, begin: datetime) -> None:
        self.tenant, self.now = tenant, begin
        self._next: datetime | None = begin  # nothing is due before this; None: look

    @asynccontextmanager
    async def do(self, moment: datetime, actor: Actor = SYSTEM) -> AsyncIterator[Work]:
        """A unit of work at `moment`."""
        await self.until(moment)
        with bind(self.tenant), clock.held_at(moment):
            async with unit(actor, tenant=self.tenant) as work:
                yield work
                await settle(work)
                if work.adds_jobs:
                    self._next = None
                work.adds_jobs = False  # there is no relay to nudge

    async def until(self, moment: datetime, *, recurring: bool = False) -> None:
        """Do what falls due until `moment`, each row at its own time and in their order."""
        while recurring or self._next is None or self._next <= moment:
            rows = await self._take(moment, recurring)
            for row in rows:
                self.now = max(self.now, row["due"])
                await self._perform(row)
            if recurring or not rows:
                break  # what recurs comes round again: once is enough for one moment
        self.now = max(self.now, moment)

    async def _take(self, moment: datetime, recurring: bool) -> list[dict[str, Any]]:
        with bind(self.tenant):
            async with job_unit(tenant=self.tenant) as work:
                values = {"until": moment, "most": AT_A_TIME, "recurring": recurring}
                rows = [dict(row) for row in (await work.execute(_DUE, values)).mappings()]
                if not rows:
                    self._next = await work.scalar(_NEXT) or FAR
        return rows

    async def _perform(self, row: dict[str, Any]) -> None:
        declared, self._next = find(row["kind"]), None
        with bind(self.tenant), clock.held_at(self.now):
            if isinstance(declared, Job):
                return await self._do_job(declared, row)
            async with job_unit(tenant=self.tenant) as work:
                lease = await work.scalar(_LEASE, {"id": row["id"]})
            await perform(self.tenant, row["id"], lease)

    async def _do_job(self, job: Job, row: dict[str, Any]) -> None:
        actor = msgspec.convert(row["actor"], Actor) if row["actor"] else SYSTEM
        try:
            async with job_unit(actor, tenant=self.tenant, trace=row["trace"]) as work:
                await job.run(work, *arguments(job.run, row["args"]))
                await finish(work, row["kind"], row["id"])
                await settle(work)
                work.adds_jobs = False
        except Problem:
            async with job_unit(tenant=self.tenant) as work:
                await finish(work, row["kind"], row["id"])


_LEASE = text("update spine.agenda set lease = lease + 1 where id = :id returning lease")


async def finish(work: Work, kind: str, row_id: Any) -> None:
    """The row's end, as a worker would write it."""
    period = every(kind)
    if period is None:
        await work.execute(text("delete from spine.agenda where id = :id"), {"id": row_id})
    else:
        values = {"id": row_id, "due": clock.now() + period}
        await work.execute(text("update spine.agenda set due = :due where id = :id"), values)
