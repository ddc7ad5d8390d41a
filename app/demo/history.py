"""Twelve weeks of one tenant, lived through by its own services under a past clock."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, update

from app.access.models import PersonRow
from app.core import clock, config
from app.core.errors import Problem
from app.core.meters import read as read_meters
from app.core.meters import write as write_meters
from app.core.work import Actor, unit
from app.demo.arrivals import ZONE, Arrival, arrivals, of_today, posted
from app.demo.cast import TenantCast
from app.demo.enrolments import clients, live_on
from app.demo.frontdoor import Door, front_door
from app.demo.handbook import Person, TenantEntry
from app.demo.partners import give_back
from app.demo.scenes import Scenes
from app.demo.virtual import Past
from app.demo.works import Shift
from app.publishers import queries as intake
from app.publishers import service as publishers
from app.sequences import service as sequences
from app.sequences.models import Sequence
from app.team.models import Notice, Wish, Wishes, notice_kinds
from tenants.registry import Tenant

AUTOMATED = timedelta(days=2)  # how long sequences have been on
UNREAD_SINCE = timedelta(hours=3)  # people have read what they were told before
# In the past nobody looks every five minutes through twelve weeks of nights for somebody who is awake.
PATIENT = {"retry_minutes": 600, "moves": 1, "accept_seconds": 0}
BEFORE = timedelta(hours=1)  # when the past ends: the last hour is for whoever looks
OPEN = 3  # every third of today's waits for whoever looks at the demo; the others are being worked on
ROUNDS = (9, 13, 17, 22)  # local hours at which what recurs is done


async def live_through(
    tenant: Tenant, wanted: TenantCast, entry: TenantEntry, first: int, progress: Any = lambda done, most: None
) -> list[Person]:
    """Arrivals, the agents' work on them, and what recurs, each at its moment; within `quiet`. Returns the clients who have
    a password.
    """
    now = clock.now()
    coming = [*arrivals(wanted, first, now), *of_today(wanted, now)]
    past = Past(tenant, coming[0].at if coming else now)
    async with front_door(entry) as door:
        usual = await _patient(past)
        await _Life(past, wanted, entry, door, await Shift.begin(past, wanted, now - BEFORE), now).of(coming, progress)
        await past.until(now - BEFORE)
        await give_back(past)
        if wanted.blueprint == "debt-resolution":
            await live_on(past, now - BEFORE)
        await _as_usual(past, now - BEFORE, usual)
    progress(len(coming), len(coming))
    return await clients(past, now - BEFORE) if wanted.blueprint == "debt-resolution" else []


class _Life:
    """One tenant's people at work, while leads come."""

    def __init__(
        self, past: Past, wanted: TenantCast, entry: TenantEntry, door: Door, shift: Shift, now: datetime
    ) -> None:
        self.past, self.wanted, self.entry, self.door, self.shift, self.now = past, wanted, entry, door, shift, now
        self.scenes = Scenes(past, shift.named("Luis"), now) if wanted.blueprint == "debt-resolution" else None
        self._automated = False

    async def of(self, coming: list[Arrival], progress: Any) -> None:
        for done, arrival in enumerate(coming):
            await _rounds(self.past, self.past.now, arrival.at)
            await self._automate(arrival.at)
            await self._until(arrival.at)
            await self._take_on(arrival)
            if done % 10 == 0:
                progress(done, len(coming))
        await self._until(self.now - BEFORE)

    async def _until(self, moment: datetime) -> None:
        if self.scenes is not None:
            await self.scenes.until(moment)
        await self.shift.work_until(moment)

    async def _automate(self, moment: datetime) -> None:
        """Once: the day comes on which sequences are turned on."""
        since = self.now - AUTOMATED
        if self._automated or moment < since:
            return
        self._automated = True
        await self.shift.work_until(since)
        await turn_on_sequences(self.past, max(self.past.now, since))

    async def _take_on(self, arrival: Arrival) -> None:
        if not arrival.by_http:
            lead_id = await arrive(self.past, self.wanted, self.entry, arrival)
            return self.shift.take_on(lead_id, arrival)
        lead_id = await self.door.knock(self.past, self.wanted, arrival)
        if lead_id and arrival.number % OPEN:
            self.shift.take_on(lead_id, arrival)


async def _patient(past: Past) -> dict[str, Any]:
    """Routing as the past needs it. Returns how it was."""
    async with past.do(past.now) as work:
        usual: dict[str, Any] = await config.get(work, "routing")
        await config.put(work, "routing", {**usual, **PATIENT})
        await work.execute(update(PersonRow).values(preferences=PersonRow.preferences.concat(no_mail())))
    return usual


async def _as_usual(past: Past, now: datetime, routing: dict[str, Any]) -> None:
    async with past.do(now) as work:
        await config.put(work, "routing", routing)
        await work.execute(update(PersonRow).values(preferences=PersonRow.preferences.op("-")("notices")))
        await work.execute(update(Notice).where(Notice.at < now + BEFORE - UNREAD_SINCE).values(read_at=Notice.at))


def no_mail() -> dict[str, Any]:
    """Preferences of somebody who reads every notice in the app, as all did in the past."""
    kinds = {kind.name: Wish(app=True, mail="off") for kind in notice_kinds()}
    return {"notices": msgspec.to_builtins(Wishes(kinds=kinds))}


async def turn_on_sequences(past: Past, at: datetime) -> None:
    """The tenant has just begun with automation, so people stand at every step."""
    async with past.do(at) as work:
        drafts = list(await work.scalars(select(Sequence.id).where(Sequence.state == "draft")))
    for sequence_id in drafts:
        with suppress(Problem):  # one that this tenant's channels cannot carry stays a draft
            async with past.do(at) as work:
                await sequences.turn_on(work, sequence_id)


async def arrive(past: Past, wanted: TenantCast, entry: TenantEntry, arrival: Arrival) -> UUID | None:
    """The publisher's post, through the same service that the intake API calls. The lead that came of it, if one did."""
    publisher, one = entry.publishers[arrival.publisher], wanted.publishers[arrival.publisher]
    raw = posted(wanted, one, publisher.offers[0], arrival.number, arrival.at)
    post = publishers.Post(raw=raw, body=msgspec.json.encode(raw), content_type="application/json", address="127.0.0.1")
    async with past.do(arrival.at) as work:
        caller = await intake.caller(work, publisher.api_key)
        assert caller is not None
        work.actor = Actor("publisher", caller.publisher_id, caller.name)
        reply = msgspec.json.decode((await publishers.receive(work, caller, post)).body)
    return UUID(reply["id"]) if reply["status"] == "accepted" else None


async def _rounds(past: Past, since: datetime, until: datetime) -> None:
    """What recurs, a few times a day instead of each minute; and the day's figures for the reseller."""
    for moment in _round_times(since, until):
        await past.until(moment, recurring=True)
        if moment.astimezone(ZONE).hour == ROUNDS[-1]:
            with clock.held_at(moment):
                async with unit(tenant=past.tenant) as work:
                    reading = await read_meters(work)
                await write_meters(reading, "")


def _round_times(since: datetime, until: datetime) -> Iterator[datetime]:
    day = since.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
    while day <= until:
        for hour in ROUNDS:
            moment = day.replace(hour=hour)
            if since < moment <= until:
                yield moment
        day = (day + timedelta(days=1)).replace(hour=0)
