"""A record's timeline: its events, newest first, each told by the slice that recorded it.

A slice declares describers by the first part of an event's kind: `Slice(timeline={"call":
"app.calls.queries:describe"})`, `async def describe(work, events) -> dict[event id, TimelineItem]`. What
nobody describes is told by its kind's label.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, tzinfo
from importlib import import_module
from itertools import groupby
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_, select, tuple_

from app.core import events
from app.core.errors import NotFound
from app.core.events import Event, Group
from app.core.slice import all_slices
from app.core.work import Work
from themes.catalogue import say

Tone = Literal["", "success", "warning", "error", "info"]
Record = tuple[str, UUID]
# The chips over a timeline, and the groups of event kinds that each lets through.
CHIPS: dict[str, tuple[Group, ...]] = {
    "all": (),
    "calls": ("call",),
    "messages": ("message",),
    "notes": ("note",),
    "system": ("system", "task", "stage"),
}
SCREEN = 30


class TimelineItem(msgspec.Struct, frozen=True, kw_only=True):
    """How one event reads: `title` follows the actor's name ("wrote a note"), `body` is text under it. `note`: the
    note that it is, where it can be pinned.
    """

    title: str
    body: str = ""
    icon: str = ""
    tone: Tone = ""
    url: str = ""
    note: UUID | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is shown."""

    id: UUID
    at: datetime
    kind: str
    group: Group
    actor: str
    item: TimelineItem


class Fold(msgspec.Struct, frozen=True, kw_only=True):
    """A day's system noise, opened on demand."""

    day: date
    entries: list[Entry]


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A screenful; `cursor` leads to the next, empty at the end."""

    entries: list[Entry | Fold]
    chip: str
    cursor: str = ""


Describer = Callable[[Work, list[Event]], Awaitable[dict[UUID, TimelineItem]]]


async def load(
    work: Work,
    records: Sequence[Record],
    zone: tzinfo,
    *,
    chip: str = "all",
    cursor: str = "",
    limit: int = SCREEN,
) -> Timeline:
    """Events of these records, newest first. Raises NotFound for a chip or a cursor that is none."""
    rows = await _rows(work, records, chip, cursor, limit + 1)
    shown = rows[:limit]
    entries = await _told(work, shown)
    following = _cursor(shown[-1]) if len(rows) > limit else ""
    return Timeline(entries=_folded(entries, zone) if chip == "all" else list(entries), chip=chip, cursor=following)


async def _rows(work: Work, records: Sequence[Record], chip: str, cursor: str, limit: int) -> list[Event]:
    if chip not in CHIPS:
        raise NotFound
    await events.written(work)
    of_records = or_(*(and_(Event.entity == entity, Event.entity_id == record) for entity, record in records))
    statement = select(Event).where(of_records)
    if CHIPS[chip]:
        statement = statement.where(Event.kind.in_([kind.name for kind in events.kinds() if kind.group in CHIPS[chip]]))
    if cursor:
        statement = statement.where(tuple_(Event.at, Event.id) < tuple_(*_position(cursor)))
    return list((await work.scalars(statement.order_by(Event.at.desc(), Event.id.desc()).limit(limit))).all())


def _cursor(event: Event) -> str:
    return f"{event.at.isoformat()}_{event.id}"


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, _, event_id = cursor.partition("_")
    try:
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise NotFound
        return moment, UUID(event_id)
    except ValueError:
        raise NotFound from None


async def _told(work: Work, rows: list[Event]) -> list[Entry]:
    described: dict[UUID, TimelineItem] = {}
    for prefix, found in groupby(sorted(rows, key=_prefix), key=_prefix):
        describer = _describer(prefix)
        if describer is not None:
            described |= await describer(work, list(found))
    return [_entry(event, described.get(event.id)) for event in rows]


def _prefix(event: Event) -> str:
    return event.kind.partition(".")[0]


def _describer(prefix: str) -> Describer | None:
    for slice_ in all_slices():
        if prefix in slice_.timeline:
            module, _, name = slice_.timeline[prefix].partition(":")
            found: Any = getattr(import_module(module), name)
            return found  # type: ignore[no-any-return]
    return None


def _entry(event: Event, item: TimelineItem | None) -> Entry:
    kind = events.kind_of(event.kind)
    told = item or TimelineItem(title=say(kind.label))
    if not told.icon:
        told = msgspec.structs.replace(told, icon=kind.icon)
    return Entry(id=event.id, at=event.at, kind=event.kind, group=kind.group, actor=event.actor_name, item=told)


def _folded(entries: list[Entry], zone: tzinfo) -> list[Entry | Fold]:
    """Two or more neighbouring system entries of one day become one line."""
    folded: list[Entry | Fold] = []
    for (noise, day), run in groupby(
        entries, key=lambda entry: (entry.group == "system", entry.at.astimezone(zone).date())
    ):
        found = list(run)
        folded += [Fold(day=day, entries=found)] if noise and len(found) > 1 else found
    return folded
