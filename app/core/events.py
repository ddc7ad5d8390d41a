"""The event spine: what happened, recorded in the transaction that made it so.

Reactions are declared in two ways. `inside` (and `together`) runs in the same transaction, in slice order, and must be
cheap. `after` runs in one dispatch job per transaction and only adds work where something matches. Payloads hold ids and names of
changed fields; personal data stays in its table. Values for the audit log travel with the event object, unsaved.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Index, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.core import agenda, clock
from app.core.tables import Base, Id
from app.core.work import Work, before_commit

Group = Literal["system", "call", "message", "note", "task", "stage"]


class Event(Base):
    """`entity`/`entity_id` name the record whose timeline this belongs to; details are ids in the payload."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_record", "entity", "entity_id", "at"),
        Index("ix_events_kind", "kind", "at"),
    )

    id: Mapped[Id]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Text)
    entity: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID]
    actor_kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(Text, server_default="")
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    trace: Mapped[str | None] = mapped_column(Text)

    # Before and after of what changed, for the audit log of this transaction only; never a column.
    changes: ClassVar[dict[str, tuple[Any, Any]]] = {}


class Kind(msgspec.Struct, frozen=True):
    """A kind of event: its past-tense name, where it shows in a timeline, whether the audit log keeps it."""

    name: str
    label: str
    group: Group = "system"
    icon: str = "circle-dot"
    audited: bool = False


Subscriber = Callable[[Work, Event], Awaitable[None]]
Gatherer = Callable[[Work, list[Event]], Awaitable[None]]
_kinds: dict[str, Kind] = {}
_inside: list[tuple[frozenset[str], Subscriber]] = []
_together: list[tuple[frozenset[str], Gatherer]] = []
_after: list[tuple[frozenset[str], Subscriber]] = []
EVERY = "*"


class UnknownKind(LookupError):
    """An event kind that no slice declared."""


def declare(*kinds: Kind) -> None:
    """Slices name their kinds at import; recording an undeclared one is an error."""
    for kind in kinds:
        _kinds[kind.name] = kind


def kind_of(name: str) -> Kind:
    return _kinds.get(name) or Kind(name, name.replace(".", " ").replace("_", " "))


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def inside(*names: str) -> Callable[[Subscriber], Subscriber]:
    """Subscribe within the transaction. Keep it to a statement or two."""

    def remember(function: Subscriber) -> Subscriber:
        _inside.append((frozenset(names), function))
        return function

    return remember


def together(*names: str) -> Callable[[Gatherer], Gatherer]:
    """As `inside`, but handed all of them at once, after the others: thousands of leads that go cost two statements then."""

    def remember(function: Gatherer) -> Gatherer:
        _together.append((frozenset(names), function))
        return function

    return remember


def after(*names: str) -> Callable[[Subscriber], Subscriber]:
    """Subscribe after the commit. The function only decides and adds agenda rows; it may run twice."""

    def remember(function: Subscriber) -> Subscriber:
        _after.append((frozenset(names), function))
        return function

    return remember


def record(
    work: Work,
    name: str,
    entity: str,
    entity_id: UUID,
    /,
    *,
    changes: dict[str, tuple[Any, Any]] | None = None,
    **payload: Any,
) -> Event:
    """Write down that something happened, in the transaction in which it did. Raises UnknownKind."""
    if name not in _kinds:
        raise UnknownKind(name)
    event = Event(
        id=uuid7(),
        at=clock.now(),
        kind=name,
        entity=entity,
        entity_id=entity_id,
        actor_kind=work.actor.kind,
        actor_id=work.actor.id,
        actor_name=work.actor.name,
        payload=msgspec.to_builtins(payload),
        trace=work.trace,
    )
    vars(event)["changes"] = changes or {}
    work.recorded.append(event)
    return event


async def written(work: Work) -> None:
    """Write what was recorded so far. The commit does so anyway, in one go; who reads events in the same transaction asks
    for it first.
    """
    work.add_all(work.recorded)
    await work.flush()


async def deliver(work: Work) -> None:
    """Run the inside subscribers of everything recorded, also of what they record, then add the one dispatch row."""
    done = 0
    while done < len(work.recorded):
        fresh = work.recorded[done:]
        done += len(fresh)
        for event in fresh:
            for function in _matching(_inside, event.kind):
                await function(work, event)
        for names, gatherer in _together:
            if found := [event for event in fresh if event.kind in names]:
                await gatherer(work, found)
    await written(work)
    waiting = [event.id for event in work.recorded if any(_matching(_after, event.kind))]
    if waiting:
        await agenda.add(work, "events.dispatch", waiting)
    work.recorded.clear()


before_commit.append(deliver)


def _matching(subscriptions: list[tuple[frozenset[str], Subscriber]], kind: str) -> list[Subscriber]:
    return [function for names, function in subscriptions if kind in names or EVERY in names]


@agenda.job("events.dispatch", queue="dispatch")
async def dispatch(work: Work, event_ids: list[UUID]) -> None:
    """Let each after subscriber look at each event of one transaction."""
    rows = (await work.scalars(select(Event).where(Event.id.in_(event_ids)).order_by(Event.id))).all()
    for event in rows:
        for function in _matching(_after, event.kind):
            await function(work, event)
