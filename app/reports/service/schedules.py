"""Schedules: kept, paused, run once for each period, taken away."""

from typing import Any
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from app.analytics.models import Scope
from app.core import agenda, clock, config, events
from app.core.errors import FieldError, Invalid
from app.core.permissions import Person
from app.core.work import Work
from app.reports.models import ReportSchedule, Rhythm, next_run, period_of
from app.reports.queries import covers, sight_of
from app.reports.queries.files import somebody
from app.reports.service.files import Asked, order
from themes.catalogue import say

EARLY = clock.span("60s")


class ScheduleValues(msgspec.Struct, frozen=True, kw_only=True):
    report: str
    format: str
    scope: Scope
    rhythm: Rhythm
    recipients: list[UUID]


async def keep_schedule(work: Work, person: Person, values: ScheduleValues, row: ReportSchedule | None = None) -> UUID:
    """A new schedule with the eyes of this person, or a changed one. Raises Invalid for people who see less."""
    await _check_recipients(work, person, values.recipients)
    row = row or ReportSchedule(
        id=uuid7(), owner_id=person.id, created_at=clock.now(), turn=0, paused=False, last_error=""
    )
    row.report, row.format, row.scope = values.report, values.format, values.scope.given()
    row.every, row.hour = values.rhythm.every, values.rhythm.hour
    row.weekday, row.monthday = values.rhythm.weekday, values.rhythm.monthday
    row.recipients = [str(one) for one in values.recipients]
    row.owner_id, row.paused, row.last_error = person.id, False, ""
    work.add(row)
    events.record(work, "report.scheduled", "report_schedule", row.id, report=row.report, every=row.every)
    await _plan(work, row)
    return row.id


async def _check_recipients(work: Work, person: Person, recipients: list[UUID]) -> None:
    if not recipients:
        raise Invalid([FieldError("recipients", "missing", say("Choose who gets it."))])
    for one in recipients:
        reader = await somebody(work, one)
        if reader is None or not may_get(person, reader):
            said = say(
                "%(name)s sees less than you do, so this report cannot go to them.",
                name=reader.name if reader else say("Somebody"),
            )
            raise Invalid([FieldError("recipients", "not_allowed", said)])


def may_get(owner: Person, reader: Person) -> bool:
    """Oneself, or somebody with the right to reports who sees at least as much."""
    return reader.may("reports.view") and (reader.id == owner.id or covers(reader, sight_of(owner)))


async def pause(work: Work, row: ReportSchedule, *, paused: bool) -> None:
    """Doing it twice is the same."""
    if row.paused != paused:
        row.paused = paused
        events.record(
            work, "report.paused" if paused else "report.resumed", "report_schedule", row.id, report=row.report
        )
        await _plan(work, row)


async def remove(work: Work, row: ReportSchedule) -> None:
    """Its files stay for their time; its row on the agenda finds nothing to do."""
    events.record(work, "report.unscheduled", "report_schedule", row.id, report=row.report)
    await work.delete(row)


async def run(work: Work, schedule_id: UUID, turn: int) -> None:
    """At its time: one file for the period, whatever runs twice; then the next time is planned. Overtaken turns do nothing."""
    row = await work.get(ReportSchedule, schedule_id, with_for_update=True, populate_existing=True)
    if row is None or row.paused or row.turn != turn:
        return
    if row.next_at is None or row.next_at <= clock.now() + EARLY:
        await send_now(work, row)
    await _plan(work, row)


async def send_now(work: Work, row: ReportSchedule) -> bool:
    """Order the file of the last period. False when it was ordered before, or its owner may not any more."""
    owner = await somebody(work, row.owner_id)
    if owner is None or not (owner.may("reports.schedule") and owner.may("reports.export")):
        row.last_error = say("Whoever set it up may not send reports any more. Set it up anew, or take it away.")
        return False
    asked = Asked(
        report=row.report, format=row.format, scope=msgspec.convert(row.scope, Scope, strict=False),
        period=period_of(rhythm_of(row), clock.now(), await config.get(work, "zone")),
    )  # fmt: skip
    return await order(work, owner, asked, schedule=row) is not None


def rhythm_of(row: ReportSchedule) -> Rhythm:
    values: dict[str, Any] = {name: getattr(row, name) for name in Rhythm.__struct_fields__}
    return Rhythm(**values)


async def _plan(work: Work, row: ReportSchedule) -> None:
    """The next time, on the agenda. The key begins like what recurs, so that a clock set back does not strand it."""
    row.turn += 1
    zone = await config.get(work, "zone")
    row.next_at = None if row.paused else next_run(rhythm_of(row), clock.now(), zone)
    await work.flush()
    if row.next_at is not None:
        key = f"every:report:{row.id}:{row.turn}"
        await agenda.add(work, "reports.run", row.id, row.turn, due=row.next_at, key=key)
