"""What agents did with the leads: taken, called, noted, moved on or lost, each at a moment of their working day."""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.access.models import PersonRow, Role
from app.access.queries.people import as_person
from app.calls import service as calls
from app.calls.queries import outcomes
from app.calls.service import OutcomeValues
from app.contacts import service as contacts
from app.core import config
from app.core.errors import Problem
from app.core.permissions import Person
from app.core.work import Actor, Work
from app.demo import replies
from app.demo.cast import TenantCast
from app.demo.enrolments import enrol
from app.demo.virtual import Past
from app.leads import service as leads
from app.leads.models import Lead

ZONE = ZoneInfo("America/New_York")
OPENS, CLOSES = 9, 19
Step = Callable[[Work, Lead], Awaitable[None]]


class Shift:
    """The agents of one tenant and what they still mean to do, soonest first."""

    def __init__(self, past: Past, wanted: TenantCast, until: datetime) -> None:
        self.past, self.wanted, self.until = past, wanted, until
        self.people: dict[UUID, Person] = {}
        self.again: dict[str, timedelta] = {}  # after a call that reached nobody, by how it ended
        self._plan: list[tuple[datetime, int, UUID, Step]] = []
        self._order = itertools.count()

    @classmethod
    async def begin(cls, past: Past, wanted: TenantCast, until: datetime) -> "Shift":
        shift = cls(past, wanted, until)
        async with past.do(past.now) as work:
            people = select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id)
            settings = await config.everything(work)
            shift.again = {one.name: timedelta(minutes=one.retry_minutes or 240) for one in await outcomes(work)}
            rows = await work.execute(people.where(Role.name.in_(("agent", "manager"))))
            shift.people = {row.PersonRow.id: as_person(row.PersonRow, row.Role, None, settings) for row in rows}
        return shift

    def named(self, first: str) -> Person:
        return next(one for one in self.people.values() if one.name.startswith(first))

    def take_on(self, lead_id: UUID | None, arrival: Any) -> None:
        """Plan how this lead's story goes."""
        if lead_id is None:
            return
        source = random.Random(arrival.number * 13 + 5)
        how, at = replies.ending(self.wanted.blueprint, source), arrival.at
        at += timedelta(minutes=min(240, 2 + source.expovariate(1 / 10)))
        for attempt in range(how.tries):
            at, seconds = working_time(at, source), source.randrange(40, 900)
            reached = how.reached and attempt == how.tries - 1
            self._add(at, lead_id, _attempt(reached=reached, seconds=seconds))
            if not reached:  # the next call comes a little before its reminder
                at += self.again[ended(seconds)] - timedelta(minutes=source.randrange(2, 12))
        if how.reached and source.random() < 0.4:
            self._add(at + timedelta(minutes=4), lead_id, _note(source.choice(replies.NOTES)))
        at += timedelta(days=how.patience)
        for stage in how.stages:
            self._add(at + timedelta(minutes=6), lead_id, _stage(stage, how.reason, source.randrange(9, 90) * 100))
            at = working_time(at + timedelta(days=source.triangular(0.2, 6, 1.5)), source)
        if how.enrols:
            self._add(at, lead_id, enrol(source.randrange(1 << 30)))

    def _add(self, at: datetime, lead_id: UUID, step: Step) -> None:
        if at < self.until:
            heapq.heappush(self._plan, (at, next(self._order), lead_id, step))

    async def work_until(self, moment: datetime) -> None:
        """Do what was planned until then, each thing at its own moment, as the lead's owner."""
        while self._plan and self._plan[0][0] <= moment:
            at, _, lead_id, step = heapq.heappop(self._plan)
            await self._do(max(at, self.past.now), lead_id, step)

    async def _do(self, at: datetime, lead_id: UUID, step: Step) -> None:
        try:
            async with self.past.do(at) as work:
                lead = await work.get(Lead, lead_id)
                if lead is None:
                    return
                work.person = self.people.get(lead.owner_id) or next(iter(self.people.values()))
                work.actor = Actor("person", work.person.id, work.person.name)
                await step(work, lead)
        except Problem:
            return  # the law or the lead's state said no at this moment: so it would have in life


def working_time(at: datetime, source: random.Random) -> datetime:
    """The same moment within working hours, else early on the next working day."""
    local = at.astimezone(ZONE)
    if local.weekday() == 6 or local.hour >= CLOSES:
        local = (local + timedelta(days=2 if local.weekday() == 5 else 1)).replace(hour=OPENS, minute=0)
        return local + timedelta(minutes=source.randrange(5, 90))
    if local.hour < OPENS:
        return local.replace(hour=OPENS, minute=0) + timedelta(minutes=source.randrange(5, 90))
    return local


def ended(seconds: int) -> str:
    """How a call ended that reached nobody."""
    return "voicemail" if seconds % 3 == 0 else "no_answer"


def _attempt(*, reached: bool, seconds: int) -> Step:
    """A call, written down with how it ended. The gate's limits count it like any other."""

    async def attempt(work: Work, lead: Lead) -> None:
        if lead.owner_id is None:
            await leads.assign(work, lead.id, work.actor.id, reason="took it from the list")
        notes = "Spoke about the situation and the next step." if reached else ""
        words = OutcomeValues(outcome="other" if reached else ended(seconds), notes=notes)
        await calls.log_call(work, lead.id, work.person, calls.Logged(outcome=words, seconds=seconds if reached else 0))

    return attempt


def _note(body: str) -> Step:
    async def note(work: Work, lead: Lead) -> None:
        await contacts.add_note(work, "lead", lead.id, body)

    return note


def _stage(stage: str, reason: str, value: int) -> Step:
    async def move(work: Work, lead: Lead) -> None:
        await leads.change_stage(work, lead.id, stage, replies.stage_answers(stage, reason, value))

    return move
