"""Telling people: `notify` is what rooms above call; how and when somebody hears of it is their own choice."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update

from app.access.models import PersonRow
from app.core import agenda, clock, config, live
from app.core.work import Work
from app.team.models import Notice, NoticeKind, Wishes, mail_due, notice_kind, wishes_of
from app.team.models.notices import FLOOD, KEPT, TOGETHER


async def notify(
    work: Work, kind: str, to: Iterable[UUID], entity: str, entity_id: UUID, /, *, to_doer: bool = False, **values: Any
) -> None:
    """One line for each of these people but the one who did it (that one too where it is about what became of it, or
    about time that has come: `to_doer`). A line that is unread and younger than ten minutes
    takes it in and counts; in a flood the last line of the kind does. `values` go into the kind's sentence: names of
    things, never what is sensitive; `of` ([kind, id]) is the record that this one hangs on, named by `%(for)s`.

    Raises LookupError for a kind that no room declared.
    """
    declared = notice_kind(kind)
    doer = work.actor.id if work.actor.kind == "person" and not to_doer else None
    for person in await _addressees(work, {one for one in to if one != doer}):
        wishes = wishes_of(person.preferences)
        wish = wishes.of(declared)
        if wish.app or wish.mail != "off":
            await _write(work, declared, person, (entity, entity_id), values, hidden=not wish.app)
        if wish.app:
            live.tell(work, "notices", person.id)
        if wish.mail != "off":
            await _plan_mail(work, declared, person, wishes)


async def _addressees(work: Work, ids: Collection[UUID]) -> list[PersonRow]:
    """Who can read it, in one order for everybody, so that two tellers never wait for each other."""
    active = (PersonRow.id.in_(ids), PersonRow.state == "active", PersonRow.support.is_(False))
    return list(await work.scalars(select(PersonRow).where(*active).order_by(PersonRow.id))) if ids else []


async def _write(
    work: Work, kind: NoticeKind, person: PersonRow, record: tuple[str, UUID], values: dict[str, Any], *, hidden: bool
) -> None:
    await work.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{person.id}{kind.name}", 0))))
    if await _taken_in(work, kind.name, person.id, record[1], values):
        return
    work.add(
        Notice(
            person_id=person.id,
            kind=kind.name,
            entity=record[0],
            entity_id=record[1],
            actor_name=work.actor.name,
            values=values,
            at=clock.now(),
            hidden=hidden,
        )
    )
    await work.flush()


async def _taken_in(work: Work, kind: str, person_id: UUID, entity_id: UUID, values: dict[str, Any]) -> bool:
    same = Notice.entity_id == entity_id
    recent = (
        Notice.person_id == person_id,
        Notice.kind == kind,
        Notice.read_at.is_(None),
        Notice.at > clock.now() - TOGETHER,
    )
    statement = select(Notice).where(*recent).order_by(same.desc(), Notice.at.desc(), Notice.id.desc())
    found = (await work.scalars(statement.limit(FLOOD).with_for_update())).all()
    if found and found[0].entity_id == entity_id:
        found[0].count += 1
        found[0].values = {**values, "others": found[0].values.get("others", 0)}
    elif len(found) == FLOOD:
        found[0].values = {**found[0].values, "others": found[0].values.get("others", 0) + 1}
    else:
        return False
    found[0].at = clock.now()
    return True


async def _plan_mail(work: Work, kind: NoticeKind, person: PersonRow, wishes: Wishes) -> None:
    """One row for each person and batch, however many things happen until then."""
    zone = (person.preferences or {}).get("zone") or await config.get(work, "zone")
    due, mode = mail_due(wishes, kind, ZoneInfo(zone), clock.now()), wishes.of(kind).mail
    await agenda.add(
        work, "team.mail_notices", person.id, mode, due=due, key=f"team.mail:{mode}:{person.id}:{due:%y%m%d%H%M}"
    )


async def read(
    work: Work,
    person_id: UUID,
    *,
    ids: Collection[UUID] = (),
    kind: str | Collection[str] = "",
    everything: bool = False,
) -> int:
    """These lines, those of a kind or of several, or all. Returns how many were unread."""
    wanted = [Notice.person_id == person_id, Notice.read_at.is_(None)]
    if not everything:
        wanted.append(Notice.id.in_(ids))
    if kind:
        wanted.append(Notice.kind.in_([kind] if isinstance(kind, str) else kind))
    return await _mark(work, person_id, wanted)


async def unread(work: Work, person_id: UUID, notice_id: UUID) -> None:
    """Back among those to be looked at; it is not mailed again."""
    mine = (Notice.id == notice_id, Notice.person_id == person_id)
    await work.execute(update(Notice).where(*mine).values(read_at=None, mailed_at=clock.now()))
    live.tell(work, "notices", person_id)


async def seen(work: Work, person_id: UUID, records: Collection[UUID]) -> int:
    """Somebody opened these records' pages: what was told about them is read."""
    about = [Notice.person_id == person_id, Notice.read_at.is_(None), Notice.entity_id.in_(records)]
    return await _mark(work, person_id, about)


async def _mark(work: Work, person_id: UUID, wanted: list[Any]) -> int:
    done = await work.execute(update(Notice).where(*wanted).values(read_at=clock.now()))
    if done.rowcount:
        live.tell(work, "notices", person_id)
    return int(done.rowcount)


async def tidy(work: Work) -> None:
    """What was read long ago goes."""
    await work.execute(delete(Notice).where(Notice.read_at < clock.now() - KEPT))
