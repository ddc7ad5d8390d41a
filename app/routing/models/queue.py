"""The order of a queue: expected value, heat, and whether the person may be called now. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

HEAT = (1.0, 1.5, 2.5, 4.0)  # what one lead is worth beside another of the same value, by heat
# Where in the queue: promised for this hour, held out to me, promised for earlier, to be called, to be written to, later.
PROMISED, OFFERED, DUE, OPEN, MAIL, WAITS = range(6)
SOON = timedelta(hours=1)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One lead as the queue judges it. `probability` is the stage's and `score` the rules', both 0 to 100.

    `next_lawful_at`: when the person may be called; None while `callable_now`, and for whoever may not be
    called at all (`never`). `by_mail`: there is no number, but a mail may leave at any hour.
    """

    lead_id: UUID
    contact_id: UUID
    name: str
    mine: bool
    stage_kind: str
    value_amount: int
    currency: str
    probability: int
    score: int
    heat: int
    heat_why: str
    created_at: datetime
    last_contact_at: datetime | None
    next_action_at: datetime | None
    next_title: str
    offered_until: datetime | None
    clocks: Sequence[Any] = ()
    callable_now: bool = True
    by_mail: bool = False
    never: bool = False
    next_lawful_at: datetime | None = None
    lawful_zone: str = ""

    @property
    def expected(self) -> float:
        """What the lead is worth now, in minor units: its value times the better of score and stage."""
        return max(self.value_amount, 1) * max(self.score, self.probability, 1) / 100

    @property
    def priority(self) -> float:
        return self.expected * HEAT[max(0, min(3, self.heat))]

    @property
    def workable_now(self) -> bool:
        return self.callable_now or self.by_mail

    def place(self, now: datetime) -> int:
        """A promise comes to the top at its minute. An offer stands next: somebody must say yes or no to it. Where nobody
        can be called and it lasts till Monday, it has time.
        """
        if self.due(now) and self.callable_now and self.next_action_at > now - SOON:  # type: ignore[operator]
            return PROMISED
        if self.offered_until is not None and (self.workable_now or self.offered_until <= now + SOON):
            return OFFERED
        if self.by_mail:
            return MAIL
        if not self.callable_now:
            return WAITS
        return DUE if self.due(now) else OPEN

    def due(self, now: datetime) -> bool:
        return self.next_action_at is not None and self.next_action_at <= now


_MOMENT: dict[int, Callable[[Item], datetime | None]] = {
    PROMISED: lambda item: item.next_action_at,
    OFFERED: lambda item: item.offered_until,
    DUE: lambda item: item.next_action_at,
    OPEN: lambda _item: None,
    MAIL: lambda _item: None,
    WAITS: lambda item: item.next_lawful_at,
}


def ordered(items: Sequence[Item], now: datetime) -> list[Item]:
    """Promises by when they were due, offers by the time they have left, the rest by priority, the oldest first."""

    def key(item: Item) -> tuple[Any, ...]:
        place = item.place(now)
        moment = _MOMENT[place](item)
        return place, moment or now, -item.priority, item.created_at, str(item.lead_id)

    return sorted((item for item in items if not item.never), key=key)


def first_lawful(items: Sequence[Item], now: datetime) -> tuple[int, Item] | None:
    """How many of those that wait can be called at the next moment that any of them can, and one of them."""
    waiting = [item for item in items if item.place(now) == WAITS and item.next_lawful_at and not item.never]
    if not waiting:
        return None
    first = min(waiting, key=lambda item: item.next_lawful_at or now)
    return sum(item.next_lawful_at == first.next_lawful_at for item in waiting), first
