"""A plan of deposits laid anew. Every change keeps the sum of what is still to be put in; only the end moves."""

from collections.abc import Sequence
from datetime import date
from typing import Literal
from uuid import UUID

import msgspec

from app.programs.models.days import bank_day
from app.programs.models.plan import deposit_day

Kind = Literal["skip", "move", "amount", "monthly", "extra"]
KINDS: tuple[Kind, ...] = ("skip", "move", "amount", "monthly", "extra")


class Planned(msgspec.Struct, frozen=True):
    """A deposit that is still to come; `id` is None for one that the change adds."""

    due_on: date
    amount: int
    id: UUID | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: `on` for move and extra (drawn on the next bank day), `amount` (minor units) for amount, monthly and extra.

    `amount` changes one deposit, `monthly` it and all after it, `extra` puts in more on a day of its own.
    """

    kind: Kind
    on: date | None = None
    amount: int | None = None


class MoreThanNeeded(ValueError):
    """The plan asks for less than this one deposit would bring."""


def replanned(ahead: Sequence[Planned], chosen: UUID | None, change: Change, anchor: date) -> list[Planned]:
    """The plan after the change, in order of days. `anchor` gives the day of the month for deposits that are added.

    Raises MoreThanNeeded, and ValueError for a deposit that is not among those ahead or a change that lacks its values.
    """
    laid = sorted(ahead, key=lambda each: each.due_on)
    picked = next((each for each in laid if each.id == chosen and chosen is not None), None)
    if picked is None and change.kind != "extra":
        raise ValueError("only a deposit that is still to come can be changed")
    return sorted(_LAID[change.kind](laid, picked, change, anchor), key=lambda each: each.due_on)


def following(last: date, anchor: date) -> date:
    """The deposit's day in the month after that of `last`: a month that has its deposit gets no second one."""
    return deposit_day(anchor, (last.year - anchor.year) * 12 + last.month - anchor.month + 1)


def _skip(laid: list[Planned], picked: Planned, _: Change, anchor: date) -> list[Planned]:
    rest = [each for each in laid if each is not picked]
    return [*rest, Planned(following(laid[-1].due_on, anchor), picked.amount)]


def _move(laid: list[Planned], picked: Planned, change: Change, _: date) -> list[Planned]:
    if change.on is None:
        raise ValueError("a move needs a day")
    return [msgspec.structs.replace(each, due_on=bank_day(change.on)) if each is picked else each for each in laid]


def _amount(laid: list[Planned], picked: Planned, change: Change, anchor: date) -> list[Planned]:
    asked = _positive(change)
    new = [msgspec.structs.replace(each, amount=asked) if each is picked else each for each in laid]
    missing = picked.amount - asked
    return _longer(new, missing, picked.amount, anchor) if missing > 0 else _shorter(new, -missing, keep=picked.id)


def _monthly(laid: list[Planned], picked: Planned, change: Change, anchor: date) -> list[Planned]:
    asked, place = _positive(change), laid.index(picked)
    before, after = laid[:place], laid[place:]
    new, left = [], sum(each.amount for each in after)
    for each in after:
        if left > 0:
            new.append(msgspec.structs.replace(each, amount=min(asked, left)))
            left -= new[-1].amount
    return [*before, *_longer(new, left, asked, anchor)]


def _extra(laid: list[Planned], _: Planned | None, change: Change, __: date) -> list[Planned]:
    if change.on is None:
        raise ValueError("an extra deposit needs a day")
    added = Planned(bank_day(change.on), _positive(change))
    return [added, *_shorter(laid, added.amount)]


def _positive(change: Change) -> int:
    if change.amount is None or change.amount < 1:
        raise ValueError("an amount is more than nothing")
    return change.amount


def _longer(laid: list[Planned], missing: int, usual: int, anchor: date) -> list[Planned]:
    """Further months at the end, none above the usual amount."""
    laid = list(laid)
    while missing > 0:
        last = max(each.due_on for each in laid)
        laid.append(Planned(following(last, anchor), min(usual, missing)))
        missing -= laid[-1].amount
    return laid


def _shorter(laid: Sequence[Planned], spare: int, keep: UUID | None = None) -> list[Planned]:
    """Taken off the end, but not off the deposit that is to be kept."""
    kept = []
    for each in sorted(laid, key=lambda one: one.due_on, reverse=True):
        taken = 0 if keep is not None and each.id == keep else min(spare, each.amount)
        spare -= taken
        if each.amount > taken:
            kept.append(msgspec.structs.replace(each, amount=each.amount - taken))
    if spare > 0:
        raise MoreThanNeeded
    return kept


_LAID = {"skip": _skip, "move": _move, "amount": _amount, "monthly": _monthly, "extra": _extra}
