"""Files and schedules as their pages show them, and who may read what."""

from uuid import UUID

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import defer

from app.access.models import PersonRow, Role
from app.access.queries.people import as_person
from app.core import clock, config
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.work import Work
from app.reports.models import ReportFile, ReportSchedule
from app.reports.queries.made import Sight, covers

SHOWN = 30


class ScheduleLine(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule with names. `mine`: whoever looks may change it."""

    schedule: ReportSchedule
    owner: str
    to: list[str]
    mine: bool


async def files(work: Work, person: Person) -> list[ReportFile]:
    """One's own and those one was sent, the newest first, without their contents."""
    theirs = or_(ReportFile.person_id == person.id, ReportFile.recipients.any(str(person.id)))
    live = (theirs, ReportFile.expires_at > clock.now())
    found = select(ReportFile).options(defer(ReportFile.body)).where(*live).order_by(ReportFile.created_at.desc())
    rows = (await work.scalars(found.limit(SHOWN))).all()
    return [row for row in rows if may_read(person, row)]


async def file(work: Work, person: Person, file_id: UUID, *, body: bool = False) -> ReportFile:
    """Raises NotFound for one that is gone, somebody else's, or made with eyes that see more than this person's."""
    statement = select(ReportFile).where(ReportFile.id == file_id, ReportFile.expires_at > clock.now())
    found = (await work.scalars(statement if body else statement.options(defer(ReportFile.body)))).first()
    if found is None or not may_read(person, found):
        raise NotFound
    return found


def may_read(person: Person, file: ReportFile) -> bool:
    """The one who asked for it with the rights of then, or who was sent it and sees as much."""
    sight = msgspec.convert(file.sight, Sight)
    if file.person_id == person.id:
        return covers(person, sight) or person.reach == sight.reach
    return str(person.id) in file.recipients and covers(person, sight)


async def somebody(work: Work, person_id: UUID) -> Person | None:
    """Active staff with the rights of now; None for anybody else."""
    row = (
        await work.execute(
            select(PersonRow, Role).join(Role, Role.id == PersonRow.role_id).where(PersonRow.id == person_id)
        )
    ).first()
    if row is None or row[0].state != "active" or row[0].support or row[1].audience != "staff":
        return None
    return as_person(row[0], row[1], None, await config.everything(work))


async def readers(work: Work) -> list[tuple[str, str]]:
    """Active staff who may see reports: id and name."""
    statement = (
        select(PersonRow.id, PersonRow.name)
        .join(Role, Role.id == PersonRow.role_id)
        .where(Role.audience == "staff", PersonRow.state == "active", PersonRow.support.is_(False))
        .where(Role.permissions.any("reports.view"))
        .order_by(PersonRow.name)
    )
    return [(str(row.id), row.name) for row in await work.execute(statement)]


async def schedules(work: Work, person: Person) -> list[ScheduleLine]:
    """Everybody's for who sees all, else one's own."""
    statement = select(ReportSchedule).order_by(ReportSchedule.paused, ReportSchedule.next_at, ReportSchedule.id)
    if person.reach != "all":
        statement = statement.where(ReportSchedule.owner_id == person.id)
    rows = list(await work.scalars(statement))
    ids = {str(row.owner_id) for row in rows} | {one for row in rows for one in row.recipients}
    people = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_([UUID(one) for one in ids]))
    names = {str(row.id): row.name for row in await work.execute(people)} if ids else {}
    return [
        ScheduleLine(
            schedule=row, owner=names.get(str(row.owner_id), ""), to=[names[one] for one in row.recipients if one in names],
            mine=row.owner_id == person.id,
        )
        for row in rows
    ]  # fmt: skip


async def schedule(work: Work, person: Person, schedule_id: UUID, *, lock: bool = False) -> ReportSchedule:
    """One's own, or anybody's for who sees all: to pause it or take it away. Raises NotFound."""
    statement = select(ReportSchedule).where(ReportSchedule.id == schedule_id)
    found = (await work.scalars(statement.with_for_update() if lock else statement)).first()
    if found is None or (found.owner_id != person.id and person.reach != "all"):
        raise NotFound
    return found
