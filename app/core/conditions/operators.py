"""The one table of what may be compared how. A pair that is not in it is refused when a condition is saved.

There is no "is not": it could mean with or without the records that lack the value, so `not` says which.
"""

from typing import Literal

import msgspec

from app.core.fields import Field, Kind
from themes.catalogue import later

Takes = Literal["nothing", "one", "many", "pair", "days", "hours", "fragment"]


class Operator(msgspec.Struct, frozen=True):
    """`takes` is the shape of the value; `phrase` and `negated` are how it reads after the field's label."""

    name: str
    takes: Takes
    phrase: str
    negated: str


_ALL = [
    Operator("eq", "one", later("is {}"), later("is not {}")),
    Operator("in", "many", later("is {}"), later("is not {}")),
    Operator("contains", "fragment", later("contains {}"), later("does not contain {}")),
    Operator("starts_with", "fragment", later("starts with {}"), later("does not start with {}")),
    Operator("gt", "one", later("over {}"), later("not over {}")),
    Operator("gte", "one", later("at least {}"), later("not at least {}")),
    Operator("lt", "one", later("under {}"), later("not under {}")),
    Operator("lte", "one", later("at most {}"), later("not at most {}")),
    Operator("between", "pair", later("from {} to {}"), later("not from {} to {}")),
    Operator("before", "one", later("before {}"), later("not before {}")),
    Operator("after", "one", later("after {}"), later("not after {}")),
    Operator("in_last", "days", later("in the last {}"), later("not in the last {}")),
    Operator("in_next", "days", later("in the next {}"), later("not in the next {}")),
    Operator("in_last_hours", "hours", later("in the last {}"), later("not in the last {}")),
    Operator("in_next_hours", "hours", later("in the next {}"), later("not in the next {}")),
    Operator("has_any", "many", later("includes {}"), later("includes none of {}")),
    Operator("has_all", "many", later("includes all of {}"), later("does not include all of {}")),
    Operator("is_true", "nothing", later("is yes"), later("is not yes")),
    Operator("is_false", "nothing", later("is no"), later("is not no")),
    Operator("is_empty", "nothing", later("is empty"), later("is not empty")),
]
OPERATORS: dict[str, Operator] = {operator.name: operator for operator in _ALL}

_DATES = "eq before after between in_last in_next is_empty"
TABLE: dict[Kind, tuple[str, ...]] = {
    "words": ("eq", "in", "contains", "starts_with", "is_empty"),
    "exact": ("eq", "in", "contains", "starts_with", "is_empty"),
    "number": ("eq", "in", "gt", "gte", "lt", "lte", "between", "is_empty"),
    "day": tuple(_DATES.split()),
    "moment": (*_DATES.split(), "in_last_hours", "in_next_hours"),
    "flag": ("is_true", "is_false", "is_empty"),
    "choice": ("eq", "in", "is_empty"),
    "set": ("has_any", "has_all", "is_empty"),
}
# A sealed value is found by its keyed hash alone: the same or not. A hash of yes or no would give it away.
SENSITIVE: dict[Kind, tuple[str, ...]] = {
    **dict.fromkeys(("words", "exact", "number", "choice"), ("eq", "in", "is_empty")),
    "day": ("eq", "is_empty"),
    **dict.fromkeys(("moment", "flag", "set"), ("is_empty",)),
}


def operators_for(field: Field) -> list[Operator]:
    """What this field may be compared by, in the order in which a filter bar offers it."""
    return [OPERATORS[name] for name in (SENSITIVE if field.sensitive else TABLE)[field.kind]]
