"""A checked condition: groups and leaves, and the JSON that they are stored as."""

from collections.abc import Iterator
from typing import Any

import msgspec

from app.core.errors import FieldError, Invalid
from themes.catalogue import later


class Leaf(msgspec.Struct, frozen=True):
    """One comparison. `value` is what is stored and read out; `operand` is what is compared with."""

    field: str
    op: str
    value: Any = None
    operand: Any = None


class All(msgspec.Struct, frozen=True):
    """True when every part is; without parts it is true."""

    parts: tuple["Condition", ...] = ()


class Any_(msgspec.Struct, frozen=True):
    """True when at least one part is."""

    parts: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True):
    """True when its part is not: also for a record that lacks the value."""

    part: "Condition"


Condition = All | Any_ | Not | Leaf
EVERYTHING = All()


class ConditionError(Invalid):
    """What is wrong and where: (path, message) pairs, a path reading `all[1].value`, empty for the whole."""

    title = later("This condition can't be used as it is.")

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__([FieldError(path or "condition", "not_allowed", message) for path, message in faults])
        self.faults = faults


def to_json(condition: Condition) -> dict[str, Any]:
    """The form in which a condition is stored: checked again it gives the same condition."""
    if isinstance(condition, All):
        return {"all": [to_json(part) for part in condition.parts]}
    if isinstance(condition, Any_):
        return {"any": [to_json(part) for part in condition.parts]}
    if isinstance(condition, Not):
        return {"not": to_json(condition.part)}
    bare = {"field": condition.field, "op": condition.op}
    return bare if condition.value is None else {**bare, "value": condition.value}


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every comparison, from left to right."""
    if isinstance(condition, Leaf):
        yield condition
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        for part in condition.parts:
            yield from leaves(part)


def fields_used(condition: Condition) -> set[str]:
    """Names of the fields that the condition looks at."""
    return {leaf.field for leaf in leaves(condition)}
