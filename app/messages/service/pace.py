"""How many texts may leave in an hour: to one block of numbers, and by the whole tenant. Whoever makes us text a range of
numbers that earn them money for each (SMS pumping, T51) comes as far as the first few of it.
"""

import time
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, select

from app.compliance.models.tables import Attempt
from app.core import clock, config, locks
from app.core.errors import FieldError, Invalid
from app.core.work import Work
from themes.catalogue import say
from themes.formats import clock_time

SETTING = "sms_pace"
HOUR = timedelta(hours=1)
BLOCK = 3  # the last digits that differ within a block of a thousand numbers, as they are given to carriers
MOST = 100_000


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Counts from the day `since` on: texts an hour to one block, and in all."""

    since: date
    block: int = 20
    hour: int = 500


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """`until`: when the next one may leave."""

    why: str
    until: datetime


config.declare_defaults(**{SETTING: [{"since": "2026-01-01"}]})


async def paces(work: Work) -> list[Pace]:
    """In order of their days; the past ones are kept, so that what held at a time can be told."""
    return sorted(msgspec.convert(await config.get(work, SETTING), list[Pace]), key=lambda pace: pace.since)


async def pace_now(work: Work) -> Pace:
    today = clock.now().astimezone(ZoneInfo(await config.get(work, "zone"))).date()
    begun = [pace for pace in await paces(work) if pace.since <= today]
    return begun[-1] if begun else Pace(since=today)


async def put_pace(work: Work, since: date, block: int, hour: int) -> None:
    """Another pace from a day on, today at the earliest: what held before stays as it was. Raises Invalid."""
    today = clock.now().astimezone(ZoneInfo(await config.get(work, "zone"))).date()
    wrong = [FieldError("since", "not_allowed", say("Choose today or a later day."))] if since < today else []
    for name, value in (("block", block), ("hour", hour)):
        if not 1 <= value <= MOST:
            wrong.append(FieldError(name, "not_allowed", say("Enter 1 to %(most)s.", most=f"{MOST:,}")))
    if wrong:
        raise Invalid(wrong)
    kept = [pace for pace in await paces(work) if pace.since != since]
    fresh = [*kept, Pace(since=since, block=block, hour=hour)]
    built: list[dict[str, Any]] = msgspec.to_builtins(sorted(fresh, key=lambda pace: pace.since))
    await config.put(work, SETTING, built)


async def closed(work: Work, phone: str, attempt_id: UUID | None) -> Closed | None:
    """Why this text has to wait; the attempt that stands for it is not counted. Asked after the gate, whose lock comes
    first everywhere; whoever texts the same block waits here, so that the last one allowed leaves once.
    """
    pace, block = await pace_now(work), phone[:-BLOCK]
    await locks.hold(work, "sms_pace", block)
    within = Attempt.phone.between(block + "0" * BLOCK, block + "9" * BLOCK)
    to_block = await _full(work, pace.block, attempt_id, within)
    if to_block is not None:
        return _said(say("%(n)s texts went to numbers like this one within an hour", n=pace.block), to_block)
    # Ids are made in the order of true time, so the last hour's stand at the end of the primary key.
    recent = UUID(int=int((time.time() - HOUR.total_seconds()) * 1000) << 80)
    in_all = await _full(work, pace.hour, attempt_id, Attempt.id > recent)
    return _said(say("%(n)s texts left within an hour", n=pace.hour), in_all) if in_all is not None else None


async def _full(work: Work, most: int, attempt_id: UUID | None, among: ColumnElement[bool]) -> datetime | None:
    """When a place is free again, where `most` of the last hour are taken."""
    found = select(Attempt.at).where(
        among,
        Attempt.channel == "sms",
        Attempt.void_at.is_(None),
        Attempt.confirms_opt_out.is_(False),
        Attempt.at > clock.now() - HOUR,
        Attempt.id != attempt_id,
    )
    oldest: datetime | None = await work.scalar(found.order_by(Attempt.at.desc()).offset(most - 1).limit(1))
    return oldest + HOUR if oldest is not None else None


def _said(what: str, until: datetime) -> Closed:
    return Closed(why=say("%(what)s. The next may leave at %(time)s.", what=what, time=clock_time(until)), until=until)
