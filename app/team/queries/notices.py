"""Somebody's own notices as they read, and the figures of the top bar."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, literal, select, tuple_

from app.access.models import PersonRow, Role
from app.core import clock, records
from app.core.errors import NotFound
from app.core.permissions import Person
from app.core.records import Named
from app.core.work import Work
from app.team.models import Notice, Presence, notice_kind
from app.team.models.wishes import PATIENCE
from themes.catalogue import say, translated

COUNTED = 100  # "99+" is as much as a bell can say
SCREEN = 30


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as a sentence. `url` is empty where the record is out of reach by now; `times` tells how often it
    happened, `others` for how many further records it stands.
    """

    id: UUID
    kind: str
    icon: str
    text: str
    url: str
    at: datetime
    times: int
    others: int
    read: bool


class TopBar(msgspec.Struct, frozen=True):
    """How many are unread (100: more than 99), and where the person is since when."""

    unread: int
    presence: str
    since: datetime | None


async def top_bar(work: Work, person: Person) -> TopBar:
    mine = select(literal(1)).where(Notice.person_id == person.id, Notice.read_at.is_(None), Notice.hidden.is_(False))
    count = select(func.count()).select_from(mine.limit(COUNTED).subquery()).scalar_subquery()
    me = select(literal(person.id).label("id")).subquery()
    statement = select(count, Presence.state, Presence.since).select_from(me)
    row = (await work.execute(statement.outerjoin(Presence, Presence.person_id == me.c.id))).one()
    return TopBar(row[0], row[1] or "away", row[2])


async def notices(
    work: Work, person: Person, *, kind: str = "", unread: bool = False, cursor: str = "", limit: int = SCREEN
) -> tuple[list[NoticeLine], str]:
    """The newest first, and where the next screen begins. Raises NotFound for a cursor that is none."""
    found = select(Notice).where(Notice.person_id == person.id, Notice.hidden.is_(False))
    if kind:
        found = found.where(Notice.kind == kind)
    if unread:
        found = found.where(Notice.read_at.is_(None))
    if cursor:
        found = found.where(tuple_(Notice.at, Notice.id) < tuple_(*_position(cursor)))
    rows = (await work.scalars(found.order_by(Notice.at.desc(), Notice.id.desc()).limit(limit + 1))).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return await lines(work, rows[:limit]), f"{last.at.isoformat()}_{last.id}" if last else ""


async def notice(work: Work, person: Person, notice_id: UUID) -> NoticeLine:
    """One's own. Raises NotFound."""
    row = await work.get(Notice, notice_id)
    if row is None or row.person_id != person.id:
        raise NotFound
    return (await lines(work, [row]))[0]


async def to_mail(work: Work, person_id: UUID) -> list[Notice]:
    """What is neither read nor mailed and old enough, the newest first."""
    waiting = (
        Notice.person_id == person_id,
        Notice.read_at.is_(None),
        Notice.mailed_at.is_(None),
        Notice.at <= clock.now() - PATIENCE,
    )
    return list(await work.scalars(select(Notice).where(*waiting).order_by(Notice.at.desc()).limit(COUNTED)))


async def lines(work: Work, rows: Sequence[Notice]) -> list[NoticeLine]:
    """Rows as sentences: one read per kind of record, within the reach of whoever the unit is for."""
    about = {row.id: _about(row) for row in rows}
    named = await records.named(work, {(row.entity, row.entity_id) for row in rows} | set(about.values()))
    return [_line(row, named.get((row.entity, row.entity_id)), named.get(about[row.id])) for row in rows]


def _about(row: Notice) -> tuple[str, UUID]:
    """The record that the notice's own one hangs on, as the lead of a task; else its own."""
    entity, record = row.values.get("of") or (row.entity, row.entity_id)
    return entity, UUID(str(record))


def _line(row: Notice, named: Named | None, about: Named | None) -> NoticeLine:
    kind = notice_kind(row.kind)
    hidden = named is None and records.knows(row.entity)
    label = named.label if named else say("a record that you no longer see") if hidden else ""
    actor = row.actor_name or say("The system")
    on = about.label if about else label
    values: dict[str, Any] = {**row.values, "record": label, "for": f" · {on}" if on else "", "actor": actor}
    return NoticeLine(
        id=row.id,
        kind=kind.label,
        icon=kind.icon,
        text=translated(kind.sentence) % defaultdict(lambda: "…", values),
        url="" if hidden else kind.url.format(id=row.entity_id, record=named.url if named else ""),
        at=row.at,
        times=row.count,
        others=row.values.get("others", 0),
        read=row.read_at is not None,
    )


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, notice_id = cursor.partition("_")
    try:
        return datetime.fromisoformat(at), UUID(notice_id)
    except ValueError:
        raise NotFound from None


async def holders(work: Work, permission: str) -> list[UUID]:
    """Active staff whose role has this right: whom something concerns that is nobody's own."""
    return await _ids(work, Role.permissions.contains([permission]))


async def mentioned(work: Work, names: Iterable[str]) -> list[UUID]:
    """Active staff by the word after an @: their first name where only one has it, or the whole name with dots."""
    wanted = {name.lower() for name in names}
    rows = await work.execute(
        select(PersonRow.id, PersonRow.name).join(Role, Role.id == PersonRow.role_id).where(*_active())
    )
    by_word: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        parts = row.name.lower().split()
        for word in {parts[0], ".".join(parts)} if parts else ():
            by_word[word].add(row.id)
    return sorted({next(iter(by_word[word])) for word in wanted if len(by_word.get(word, ())) == 1})


async def _ids(work: Work, *conditions: Any) -> list[UUID]:
    people = select(PersonRow.id).join(Role, Role.id == PersonRow.role_id).where(*_active(), *conditions)
    return list(await work.scalars(people))


def _active() -> tuple[Any, ...]:
    return PersonRow.state == "active", PersonRow.support.is_(False), Role.audience == "staff"
