"""A file from order to keeping: ordered, begun, finished, and gone after its time."""

from datetime import date, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from app.analytics.models import Period, Scope
from app.analytics.queries import view
from app.core import agenda, clock, config, events
from app.core.permissions import Person
from app.core.work import Work
from app.reports.models import ReportFile, ReportSchedule
from app.reports.queries import REPORTS, sight_of
from app.reports.queries.files import somebody
from app.reports.service.making import MOST_AT_ONCE, Order, Product
from app.team import service as team
from themes.catalogue import later

KEPT = timedelta(days=30)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants as a file."""

    report: str
    format: str
    period: Period
    scope: Scope
    paper: str = ""


def period_key(period: Period) -> str:
    return f"{period.first.isoformat()}..{period.last.isoformat()}"


def period_from(key: str, zone: str) -> Period:
    first, _, last = key.partition("..")
    return Period(first=date.fromisoformat(first), last=date.fromisoformat(last), zone=zone)


async def order(work: Work, person: Person, asked: Asked, *, schedule: ReportSchedule | None = None) -> UUID | None:
    """The new file's id; None where this schedule has one for the period already. The making is put on the agenda."""
    values = {
        "id": uuid7(),
        "report": asked.report,
        "format": asked.format,
        "paper": asked.paper,
        "period": period_key(asked.period),
        "scope": asked.scope.given(),
        "person_id": person.id,
        "schedule_id": schedule.id if schedule else None,
        "recipients": schedule.recipients if schedule else [],
        "sight": msgspec.to_builtins(sight_of(person)),
        "created_at": clock.now(),
        "expires_at": clock.now() + KEPT,
    }
    statement = insert(ReportFile).values(**values).on_conflict_do_nothing().returning(ReportFile.id)
    made: UUID | None = await work.scalar(statement)
    if made is not None:
        events.record(work, "report.ordered", "report", made, report=asked.report, format=asked.format)
        await agenda.add(work, "reports.make", made, key=f"report:{made}")
    return made


async def make_at_once(work: Work, person: Person, asked: Asked) -> bool:
    """Whether a page may wait for it: few rows and no printing."""
    if asked.format == "pdf":
        return False
    if asked.format == "csv":
        return True
    seen = await view(work, person, asked.scope)
    return await REPORTS[asked.report].count(work, seen, asked.period) <= MOST_AT_ONCE


async def begin(work: Work, file_id: UUID) -> Order | None:
    """What is to be made, with the rights that whoever asked has now; None when it is made, or they have none any more."""
    file = await _locked(work, file_id)
    if file is None or file.state not in ("waiting", "making"):
        return None
    person = await somebody(work, file.person_id)
    if person is None or not person.may("reports.export"):
        await _refuse(work, file)
        return None
    file.state, file.sight = "making", msgspec.to_builtins(sight_of(person))
    zone = await config.get(work, "zone")
    return Order(
        file_id=file.id, report=file.report, format=file.format, paper=file.paper, period=period_from(file.period, zone),
        scope=msgspec.convert(file.scope, Scope, strict=False), person=person,
    )  # fmt: skip


async def _refuse(work: Work, file: ReportFile) -> None:
    file.state, file.error = "refused", later("Whoever asked for it may not make reports any more.")
    if file.schedule_id:
        schedule = await work.get(ReportSchedule, file.schedule_id)
        if schedule:
            schedule.last_error = file.error


async def progress(work: Work, file_id: UUID, done: int, everything: int) -> None:
    values = {"rows_done": done, "rows_all": everything}
    await work.execute(update(ReportFile).where(ReportFile.id == file_id).values(**values))


async def finish(work: Work, file_id: UUID, product: Product | str) -> None:
    """Keep it, tell whoever asked, and mail it where a schedule says so; or note why there is none. Once."""
    file = await _locked(work, file_id)
    if file is None or file.state != "making":
        return
    schedule = await work.get(ReportSchedule, file.schedule_id) if file.schedule_id else None
    if isinstance(product, str):
        file.state, file.error = "failed", product[:500]
        if schedule:
            schedule.last_error = file.error
        return
    file.name, file.content_type, file.body = product.name, product.content_type, product.body
    file.size, file.rows_done, file.rows_all = len(product.body), product.rows, product.rows
    file.state, file.ready_at = "ready", clock.now()
    events.record(work, "report.made", "report", file.id, report=file.report, format=file.format, rows=product.rows)
    if schedule is None:
        await team.notify(work, "report.ready", [file.person_id], "report", file.id, name=product.name)
        return
    schedule.last_at, schedule.last_error = clock.now(), ""
    for recipient in dict.fromkeys(file.recipients):
        await agenda.add(work, "reports.mail", file.id, UUID(recipient), key=f"report-mail:{file.id}:{recipient}")


async def tidy(work: Work) -> None:
    """Files whose time is over go, contents and all."""
    await work.execute(delete(ReportFile).where(ReportFile.expires_at <= clock.now()))


async def _locked(work: Work, file_id: UUID) -> ReportFile | None:
    statement = select(ReportFile).where(ReportFile.id == file_id).with_for_update()
    return (await work.scalars(statement, execution_options={"populate_existing": True})).first()
