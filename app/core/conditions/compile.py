"""The same condition as SQL: built-in fields on their columns, custom ones as EXISTS on the mirror. All
values are bound.

An expression is true exactly where `matches` is; elsewhere it is false or null, as suits a WHERE and keeps
indexes in use. To turn one around, check {"not": …}: it is the complement also where a value is missing.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    LargeBinary,
    Numeric,
    Text,
    Uuid,
    and_,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import Exists

from app.core.conditions.operands import Me, Point, resolve
from app.core.conditions.tree import All, Any_, Condition, ConditionError, Leaf, Not
from app.core.crypto import Box
from app.core.fields import Field, FieldSet, FieldValue, blind
from app.core.fields.mirror import midnight
from themes.catalogue import say

Predicate = ColumnElement[bool]
WHOLE = 2**63 - 1


class _Asked(msgspec.Struct, frozen=True):
    fieldset: FieldSet
    now: datetime
    zone: tzinfo
    record_id: Any
    me: UUID | None
    box: Box | None


def to_sql(
    condition: Condition,
    fieldset: FieldSet,
    *,
    now: datetime,
    zone: tzinfo,
    record_id: Any,
    me: UUID | None = None,
    box: Box | None = None,
) -> Predicate:
    """A WHERE for a query over the entity's table, joined with the tables of the built-in fields that are
    used.

    `record_id` is the entity's id column. `box` is needed where a sensitive field is compared. Raises
    ConditionError for a field that is gone or can't be looked up in SQL.
    """
    return _part(condition, _Asked(fieldset, now, zone, record_id, me, box))


def _part(condition: Condition, asked: _Asked) -> Predicate:
    if isinstance(condition, All):
        return and_(true(), *(_part(part, asked) for part in condition.parts))
    if isinstance(condition, Any_):
        return or_(false(), *(_part(part, asked) for part in condition.parts))
    if isinstance(condition, Not):
        inner = _part(condition.part, asked)
        return not_(inner) if isinstance(inner, Exists) else inner.is_not(true())
    return _leaf(condition, asked)


def _leaf(leaf: Leaf, asked: _Asked) -> Predicate:
    field = asked.fieldset.get(leaf.field)
    if field is None:
        raise ConditionError(
            [("", say('There is no field "%(name)s" any more. Take it out of this condition.', name=leaf.field))]
        )
    if not field.filterable:
        raise ConditionError(
            [("", say("%(field)s can't be filtered by. Mark it as filterable first.", field=field.label))]
        )
    if field.sensitive:
        return _sealed(field, leaf, asked)
    return _builtin(field, leaf, asked) if field.builtin else _mirrored(field, leaf, asked)


# --- where a field's values are


def _builtin(field: Field, leaf: Leaf, asked: _Asked) -> Predicate:
    if field.kind == "set":
        return _set(field, leaf, asked)
    column = field.norm_column if field.kind == "words" else field.column
    if leaf.op == "is_empty":
        return or_(column.is_(None), column == "") if _holds_text(field) else column.is_(None)
    return _compare(field, leaf, column, asked)


def _holds_text(field: Field) -> bool:
    return field.kind in ("words", "exact", "choice") and field.type != "reference"


def _mirrored(field: Field, leaf: Leaf, asked: _Asked) -> Predicate:
    """An alias for each: inside a query that itself reads the mirror, a bare name would be the outer row."""
    if leaf.op == "has_all":
        return and_(*(_mirror_has(field, asked, lambda row, item=item: row.txt == item) for item in leaf.operand))
    if leaf.op == "has_any":
        return _mirror_has(field, asked, lambda row: row.txt.in_(leaf.operand))
    if leaf.op == "is_empty":
        return not_(_mirror_has(field, asked, lambda _: true()))
    return _mirror_has(field, asked, lambda row: _compare(field, leaf, getattr(row, SLOTS[field.kind]), asked))


SLOTS = {
    "number": "num",
    "flag": "num",
    "day": "at",
    "moment": "at",
    "words": "txt",
    "exact": "txt",
    "choice": "txt",
}


def _mirror_has(field: Field, asked: _Asked, test: Callable[[Any], Predicate]) -> Exists:
    row = aliased(FieldValue)
    return exists().where(row.record == asked.record_id, row.field == field.id, test(row))


def _set(field: Field, leaf: Leaf, asked: _Asked) -> Predicate:
    if field.members is None:
        items = literal(list(leaf.operand or ()), ARRAY(Text))
        return {
            "has_any": lambda: field.column.bool_op("&&")(items),
            "has_all": lambda: field.column.bool_op("@>")(items),
            "is_empty": lambda: func.coalesce(func.cardinality(field.column), 0) == 0,
        }[leaf.op]()
    rows = field.members(asked.record_id)
    (item,) = rows.selected_columns
    if leaf.op == "has_all":
        return and_(*(rows.where(item == wanted).exists() for wanted in leaf.operand))
    return rows.where(item.in_(leaf.operand)).exists() if leaf.op == "has_any" else not_(rows.exists())


def _sealed(field: Field, leaf: Leaf, asked: _Asked) -> Predicate:
    """The same or not, by keyed hash; a built-in's column tells whether it is empty."""
    if leaf.op == "is_empty":
        return field.column.is_(None) if field.builtin else not_(_mirror_has(field, asked, lambda _: true()))
    if asked.box is None:
        raise ValueError(f"{field.entity}.{field.name} is sensitive: pass the tenant's box")
    wanted = leaf.operand if leaf.op == "in" else (leaf.operand,)
    hashes = [blind(field, _value(each, asked), asked.box) for each in wanted]
    if not field.builtin:
        return _mirror_has(field, asked, lambda row: row.txt.in_([each.hex() for each in hashes if each]))
    if field.blind_column is None:
        raise ConditionError(
            [("", say("%(field)s is kept sealed and can only be looked at for being empty.", field=field.label))]
        )
    return field.blind_column.in_([literal(each, LargeBinary) for each in hashes if each])


def _value(operand: Any, asked: _Asked) -> Any:
    if isinstance(operand, Me):
        return asked.me
    return resolve(operand, asked.now, asked.zone)


# --- comparing


def _compare(field: Field, leaf: Leaf, column: Any, asked: _Asked) -> Predicate:
    if field.kind in ("day", "moment"):
        return _dated(field, leaf, column, asked)
    if field.kind == "number":
        return _counted(field, leaf, column)
    if field.kind == "flag":
        wanted = leaf.op == "is_true"
        return column.is_(wanted) if field.builtin else column == Decimal(wanted)
    return _worded(field, leaf, column, asked)


def _worded(field: Field, leaf: Leaf, column: Any, asked: _Asked) -> Predicate:
    if leaf.op == "contains":
        return column.like(f"%{_escaped(leaf.operand)}%")
    if leaf.op == "starts_with":
        return column.like(f"{_escaped(leaf.operand)}%")
    wanted = [_value(each, asked) for each in (leaf.operand if leaf.op == "in" else (leaf.operand,))]
    kind = Uuid() if field.type == "reference" and field.builtin else Text()
    bound = [literal(each if kind.__class__ is Uuid else str(each), kind) for each in wanted if each is not None]
    if not bound:
        return false()
    return column == bound[0] if len(bound) == 1 else column.in_(bound)


def _escaped(text: str) -> str:
    """LIKE's own marks taken as they are; no ESCAPE clause, so that the trigram index stays in use."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _counted(field: Field, leaf: Leaf, column: Any) -> Predicate:
    def bound(number: Decimal) -> Any:
        number = number.scaleb(field.places) if field.minor and field.builtin else number
        # Whole numbers are bound as such: an integer column beside a numeric value would not use its index.
        whole = field.builtin and not isinstance(column.type, Numeric) and number == number.to_integral_value()
        return literal(int(number), BigInteger) if whole and abs(number) <= WHOLE else literal(number, Numeric)

    if leaf.op == "between":
        return and_(column >= bound(leaf.operand[0]), column <= bound(leaf.operand[1]))
    if leaf.op == "in":
        return column.in_([bound(each) for each in leaf.operand])
    return COMPARE[leaf.op](column, bound(leaf.operand))


COMPARE: dict[str, Callable[[Any, Any], Predicate]] = {
    "eq": lambda column, bound: column == bound,
    "gt": lambda column, bound: column > bound,
    "gte": lambda column, bound: column >= bound,
    "lt": lambda column, bound: column < bound,
    "lte": lambda column, bound: column <= bound,
}


def _dated(field: Field, leaf: Leaf, column: Any, asked: _Asked) -> Predicate:
    if leaf.op in ("in_last", "in_next", "in_last_hours", "in_next_hours"):
        reach = timedelta(hours=leaf.operand) if leaf.op.endswith("hours") else timedelta(days=leaf.operand)
        start = asked.now if field.kind == "moment" else asked.now.astimezone(asked.zone).date()
        first, last = (start - reach, start) if "last" in leaf.op else (start, start + reach)
        return and_(column >= _dot(field, first), column <= _dot(field, last))
    edges = Edges(field, asked)
    if leaf.op == "before":
        return column < edges.first(leaf.operand)
    if leaf.op == "after":
        return edges.past(column, leaf.operand)
    low, high = leaf.operand if leaf.op == "between" else (leaf.operand, leaf.operand)
    return and_(column >= edges.first(low), not_(edges.past(column, high)))


class Edges:
    """Where a point begins and where it is past: a day beside a moment is a stretch from midnight to
    midnight.
    """

    def __init__(self, field: Field, asked: _Asked) -> None:
        self.field, self.asked = field, asked

    def first(self, point: Point) -> Any:
        at = resolve(point, self.asked.now, self.asked.zone)
        return _dot(self.field, self._midnight(at) if self._stretches(at) else at)

    def past(self, column: Any, point: Point) -> Predicate:
        at = resolve(point, self.asked.now, self.asked.zone)
        if self._stretches(at):
            return column >= _dot(self.field, self._midnight(at + timedelta(days=1)))
        return column > _dot(self.field, at)

    def _stretches(self, at: date) -> bool:
        return self.field.kind == "moment" and not isinstance(at, datetime)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.asked.zone).astimezone(UTC)


def _dot(field: Field, at: date) -> Any:
    """A bound day or moment in the form of the column."""
    if field.kind == "moment":
        return literal(at, DateTime(timezone=True))
    return literal(at, Date) if field.builtin else literal(midnight(at), DateTime(timezone=True))
