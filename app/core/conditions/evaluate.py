"""Whether a condition is true of one record. Pure: no clock, no database."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from app.core.conditions.operands import Me, Point, resolve
from app.core.conditions.tree import All, Any_, Condition, Leaf, Not
from app.core.fields import FieldSet, compared


def matches(
    condition: Condition,
    fieldset: FieldSet,
    record: Mapping[str, Any],
    *,
    now: datetime,
    zone: tzinfo,
    me: UUID | None = None,
) -> bool:
    """True or false, never unknown. `record` holds values by field name, as Python's or as JSON has them;
    what it lacks is missing. A field that the set no longer has is missing too. `me` is who asks, for "owner
    is me".
    """
    if isinstance(condition, All):
        return all(matches(part, fieldset, record, now=now, zone=zone, me=me) for part in condition.parts)
    if isinstance(condition, Any_):
        return any(matches(part, fieldset, record, now=now, zone=zone, me=me) for part in condition.parts)
    if isinstance(condition, Not):
        return not matches(condition.part, fieldset, record, now=now, zone=zone, me=me)
    return _leaf(condition, fieldset, record, _Asked(now, zone, me))


class _Asked:
    """When, where and by whom."""

    __slots__ = ("me", "now", "zone")

    def __init__(self, now: datetime, zone: tzinfo, me: UUID | None) -> None:
        self.now, self.zone, self.me = now, zone, me

    def bare(self, operand: Any) -> Any:
        """The operand in the form of the value: an id as text, oneself as one's id."""
        if isinstance(operand, Me):
            return None if self.me is None else str(self.me)
        return str(operand) if isinstance(operand, UUID) else operand


def _leaf(leaf: Leaf, fieldset: FieldSet, record: Mapping[str, Any], asked: _Asked) -> bool:
    field = fieldset.get(leaf.field)
    value = None if field is None else compared(field, record.get(leaf.field))
    if leaf.op == "is_empty":
        return value is None
    if value is None:
        return False
    if isinstance(value, date):
        return DATES[leaf.op](value, leaf.operand, asked)
    return PLAIN[leaf.op](value, leaf.operand, asked)


PLAIN: dict[str, Callable[[Any, Any, _Asked], bool]] = {
    "eq": lambda value, operand, asked: value == asked.bare(operand),
    "in": lambda value, operand, asked: any(value == asked.bare(each) for each in operand),
    "contains": lambda value, operand, _: operand in value,
    "starts_with": lambda value, operand, _: value.startswith(operand),
    "gt": lambda value, operand, _: value > operand,
    "gte": lambda value, operand, _: value >= operand,
    "lt": lambda value, operand, _: value < operand,
    "lte": lambda value, operand, _: value <= operand,
    "between": lambda value, operand, _: operand[0] <= value <= operand[1],
    "is_true": lambda value, _operand, _asked: value is True,
    "is_false": lambda value, _operand, _asked: value is False,
    "has_any": lambda value, operand, _: any(item in value for item in operand),
    "has_all": lambda value, operand, _: all(item in value for item in operand),
}


def _compare(value: date, point: Point, asked: _Asked) -> int:
    """Below, on or above: a moment beside a day counts as the day that it is in the zone."""
    other = resolve(point, asked.now, asked.zone)
    if isinstance(value, datetime) and not isinstance(other, datetime):
        value = value.astimezone(asked.zone).date()
    return (value > other) - (value < other)


def _within(value: date, asked: _Asked, first: timedelta, last: timedelta) -> bool:
    """Days count whole and include today; moments count to the second."""
    start = asked.now if isinstance(value, datetime) else asked.now.astimezone(asked.zone).date()
    return start + first <= value <= start + last


DATES: dict[str, Callable[[Any, Any, _Asked], bool]] = {
    "eq": lambda value, point, asked: _compare(value, point, asked) == 0,
    "before": lambda value, point, asked: _compare(value, point, asked) < 0,
    "after": lambda value, point, asked: _compare(value, point, asked) > 0,
    "between": lambda value, pair, asked: _compare(value, pair[0], asked) >= 0 and _compare(value, pair[1], asked) <= 0,
    "in_last": lambda value, days, asked: _within(value, asked, timedelta(days=-days), timedelta()),
    "in_next": lambda value, days, asked: _within(value, asked, timedelta(), timedelta(days=days)),
    "in_last_hours": lambda value, hours, asked: _within(value, asked, timedelta(hours=-hours), timedelta()),
    "in_next_hours": lambda value, hours, asked: _within(value, asked, timedelta(), timedelta(hours=hours)),
}
