"""Living through the past: business time is held at a moment, and what falls due until then is done at its own time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID
from zlib import crc32

import msgspec
from sqlalchemy import text

from app.core import clock
from app.core.agenda.kinds import Job, arguments, every, find
from app.core.agenda.perform import perform
from app.core.errors import Problem
from app.core.ports import doors
from app.core.ports.carrier import CallReceipt, SmsReceipt
from app.core.ports.failures import OutcomeUnknown, Refused
from app.core.ports.mail import Mail, Sent
from app.core.work import SYSTEM, Actor, Work, job_unit, settle, unit
from tenants.binding import bind
from tenants.registry import Tenant

AT_A_TIME = 6  # few are left in place by what the next one adds
Row = dict[str, Any]
MAILBOXES = 60
UNSURE = "Your call with us today"

# Sealing waits for the end: one seal closes over all entries, however many there are.
_DUE = text(
    "with done as (delete from spine.agenda where id = any(:done))"
    " select id, kind, args, actor, trace, due, key from spine.agenda where tenant_role = current_user and state = 'waiting'"
    " and kind <> 'access.seal' and (key is null or key not like 'every:%') and id <> all(:done)"
    " order by due, id limit :most"
)
_RECURRING = text(
    "select id, kind, args, actor, trace, due from spine.agenda where tenant_role = current_user and state = 'waiting'"
    " and kind <> 'access.seal' and key like 'every:%' and due <= :until order by due, id"
)
# What one unit of work has read of the tenant's configuration serves the next: nobody else is at work meanwhile, and
# whoever changes it drops it from the unit that does.
CONFIGURATION = (
    *("settings", "stages", "field_rows", "fields", "score_rules", "rule_book", "accounts", "sequence_triggers"),
    "audit_seal",  # asked for once, the seal waits
)


class Silence:
    """Stands in for mail server and carrier: nothing leaves. One mailbox in sixty does not exist, as in life, and of one
    letter nobody knows whether it went.
    """

    async def send(self, mail: Mail, key: str) -> Sent:
        if mail.subject == UNSURE:
            raise OutcomeUnknown("The mail server took the letter and closed the line without an answer.")
        if crc32(mail.to.encode()) % MAILBOXES == 0:
            raise Refused("550 5.1.1 This mailbox does not exist.", "550")
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
        self._waiting: list[Row] | None = None  # the next rows in their order; None: look
        self._configuration: dict[str, Any] = {}

    @asynccontextmanager
    async def do(self, moment: datetime, actor: Actor = SYSTEM) -> AsyncIterator[Work]:
        """A unit of work at `moment`."""
        await self.until(moment)
        with bind(self.tenant), clock.held_at(moment):
            async with unit(actor, tenant=self.tenant) as work:
                work.info.update(self._configuration)
                yield work
                await self._end(work)
                await self._follow(work)

    def look_again(self) -> None:
        """Somebody else has added rows."""
        self._waiting = None

    async def until(self, moment: datetime, *, recurring: bool = False) -> None:
        """Do what falls due until `moment`, each row at its own time and in their order."""
        while rows := await self._next(moment):
            await self._perform(rows)
        if recurring:
            with bind(self.tenant):
                async with job_unit(tenant=self.tenant) as work:
                    rows = [dict(row) for row in (await work.execute(_RECURRING, {"until": moment})).mappings()]
            self.now = max(self.now, moment)
            for row in rows:  # what recurs comes round again: once is enough for one moment
                await self._perform([row])
        self.now = max(self.now, moment)

    async def _next(self, moment: datetime) -> list[Row]:
        """The row that is due next, with the jobs right behind it that are due by then too."""
        if self._waiting is None:
            with bind(self.tenant):
                async with job_unit(tenant=self.tenant) as work:
                    await self._look(work)
        waiting = self._waiting or []
        if not waiting or waiting[0]["due"] > moment:
            return []
        self.now = max(self.now, waiting[0]["due"])
        if jobs := self._jobs_due_now():
            return jobs
        self._waiting = waiting[1:]
        return waiting[:1]

    def _jobs_due_now(self) -> list[Row]:
        """Those at the head of what waits; they wait no more."""
        waiting = self._waiting or []
        jobs = list(takewhile(lambda row: _is_job(row) and row["due"] <= self.now, waiting))
        self._waiting = waiting[len(jobs) :]
        return jobs

    async def _look(self, work: Work, done: Sequence[UUID] = ()) -> None:
        """What waits next, without what is done now."""
        rows = await work.execute(_DUE, {"most": AT_A_TIME, "done": list(done)})
        self._waiting = [dict(row) for row in rows.mappings()]

    async def _end(self, work: Work, done: Sequence[UUID] = ()) -> None:
        """Before the commit: deliver events, keep what was read, see what was added and taken back."""
        await settle(work)
        self._configuration = {name: work.info[name] for name in CONFIGURATION if name in work.info}
        await self._look(work, done)
        work.adds_jobs = False  # there is no relay to nudge

    async def _perform(self, rows: list[Row]) -> None:
        with bind(self.tenant), clock.held_at(self.now):
            if _is_job(rows[0]):
                return await self._do_jobs(rows)
            async with job_unit(tenant=self.tenant) as work:
                lease = await work.scalar(_LEASE, {"id": rows[0]["id"]})
            if lease is not None:
                await perform(self.tenant, rows[0]["id"], lease)
            self._waiting = None

    async def _do_jobs(self, rows: list[Row], *, alone: bool = False) -> None:
        """All in one transaction with what they bring about; when one of it may not be, each in its own."""
        try:
            async with job_unit(tenant=self.tenant) as work:
                work.info.update(self._configuration)
                await self._do_all(work, rows)
                if not alone:
                    await self._do_what_is_due(work)
        except Problem:
            for row in [] if alone else rows:
                await self._do_jobs([row], alone=True)
            async with job_unit(tenant=self.tenant) as work:
                await self._end(work, _ended(rows) if alone else [])

    async def _follow(self, work: Work) -> None:
        """What that brought about, in the same transaction. When one of it may not be, `until` does them."""
        if not self._waiting or self._waiting[0]["due"] > self.now:
            return
        try:
            async with work.begin_nested():
                await self._do_what_is_due(work)
        except Problem:
            work.recorded.clear()
            self._waiting = None

    async def _do_what_is_due(self, work: Work) -> None:
        while rows := self._jobs_due_now():
            await self._do_all(work, rows)

    async def _do_all(self, work: Work, rows: list[Row]) -> None:
        for row in rows:
            if row is rows[0] or row["key"] is None or await _stands(work, row):
                await self._do_job(work, row)
        await self._end(work, _ended(rows))

    async def _do_job(self, work: Work, row: Row) -> None:
        if period := every(row["kind"]):
            values = {"id": row["id"], "due": clock.now() + period}
            await work.execute(text("update spine.agenda set due = :due where id = :id"), values)
        work.actor, work.person = msgspec.convert(row["actor"], Actor) if row["actor"] else SYSTEM, None
        work.trace = row["trace"] or work.trace
        run = find(row["kind"]).run  # type: ignore[union-attr]
        await run(work, *arguments(run, row["args"]))
        await settle(work)


def _is_job(row: Row) -> bool:
    return isinstance(find(row["kind"]), Job)


def _ended(rows: list[Row]) -> list[UUID]:
    """Those that do not come round again."""
    return [row["id"] for row in rows if every(row["kind"]) is None]


async def _stands(work: Work, row: Row) -> bool:
    """One of those before it in the same transaction may have taken it back."""
    return await work.scalar(text("select true from spine.agenda where id = :id"), {"id": row["id"]}) is True


_LEASE = text("update spine.agenda set lease = lease + 1 where id = :id returning lease")
