"""From JSON that somebody sent to a condition that can be kept: every fault found, each with its place."""

import difflib
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from app.core.conditions import operands
from app.core.conditions.operators import OPERATORS, Operator, operators_for
from app.core.conditions.tree import EVERYTHING, All, Any_, Condition, ConditionError, Leaf, Not
from app.core.fields import Field, FieldSet, Unreadable
from app.core.fields.readers.faults import echo
from themes.catalogue import later, say

DEPTH = 6  # groups within groups
STEPS = 500  # groups, comparisons and listed values together: what one evaluation may cost
FAULTS = 20  # enough to mend at once


def check(
    raw: Any, fieldset: FieldSet, *, searching: bool = False, kept: bool = False, zone: tzinfo = UTC
) -> Condition:
    """Raises ConditionError. None and {} mean everything.

    With `searching` every field must be one that `to_sql` can look up: for filters, segments, reports.
    With `kept`, for what is saved, sealed fields may only be asked whether they are empty: the value beside
    them would lie open. Moments without an offset are meant in `zone`, the tenant's.
    """
    if raw is None or raw == {}:
        return EVERYTHING
    visit = _Visit(fieldset, searching, kept, zone)
    condition = visit.condition(raw, "", 1)
    if visit.faults or condition is None:
        raise ConditionError(visit.faults[:FAULTS])
    return condition


def parse_json(text: str, fieldset: FieldSet, *, searching: bool = True, zone: tzinfo = UTC) -> Condition:
    """The same from JSON text, as in the address bar's `where`; empty means everything. Raises
    ConditionError.
    """
    try:
        raw = msgspec.json.decode(text) if text.strip() else None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise ConditionError(
            [("", say("This filter is not readable JSON. Open the list again and set it anew."))]
        ) from None
    return check(raw, fieldset, searching=searching, zone=zone)


class _Visit:
    """One walk over the raw tree: counts steps, gathers faults."""

    def __init__(self, fieldset: FieldSet, searching: bool, kept: bool, zone: tzinfo) -> None:
        self.fieldset, self.searching, self.kept, self.zone = fieldset, searching, kept, zone
        self.steps, self.faults = 0, list[tuple[str, str]]()

    def fault(self, path: str, message: str) -> None:
        self.faults.append((path, say(message)))

    def condition(self, raw: Any, path: str, depth: int) -> Condition | None:
        if not self._within_budget(path):
            return None
        if not isinstance(raw, dict):
            return self.fault(path, later('Write an object here: {"field", "op", "value"}, or all, any, not.'))
        if "field" in raw:
            return self.leaf(raw, path)
        if len(raw) != 1 or not raw.keys() <= {"all", "any", "not"}:
            return self.fault(
                path, later('Use exactly one of "all", "any" and "not", or a comparison with "field" and "op".')
            )
        if depth > DEPTH:
            return self.fault(path, say("Groups go %(most)s deep at most. Flatten this one.", most=DEPTH))
        ((key, inside),) = raw.items()
        if key == "not":
            part = self.condition(inside, _join(path, "not"), depth + 1)
            return None if part is None else Not(part)
        return self.group(key, inside, path, depth)

    def group(self, key: str, inside: Any, path: str, depth: int) -> Condition | None:
        here = _join(path, key)
        if not isinstance(inside, list):
            return self.fault(here, later("Write a list of conditions here."))
        if key == "any" and not inside:
            return self.fault(here, later("Add at least one condition."))
        parts = []
        for index, part in enumerate(inside):
            if self.steps > STEPS:
                break
            parts.append(self.condition(part, f"{here}[{index}]", depth + 1))
        kept = tuple(part for part in parts if part is not None)
        return All(kept) if key == "all" else Any_(kept)

    def leaf(self, raw: dict[str, Any], path: str) -> Condition | None:
        if extra := sorted(map(str, raw.keys() - {"field", "op", "value"})):
            return self.fault(
                path, say("%(name)s does not belong here. A comparison has field, op and value.", name=echo(extra[0]))
            )
        field = self.fieldset.get(raw["field"]) if isinstance(raw["field"], str) else None
        if field is None:
            return self.fault(_join(path, "field"), self._no_field(raw["field"]))
        if self.searching and not field.filterable:
            return self.fault(
                _join(path, "field"),
                say("%(field)s can't be filtered by. Mark it as filterable first.", field=field.label),
            )
        operator = OPERATORS.get(raw["op"]) if isinstance(raw.get("op"), str) else None
        if operator is None or operator not in operators_for(field):
            return self.fault(_join(path, "op"), _no_operator(field, raw.get("op")))
        if self.kept and field.sensitive and operator.takes != "nothing":
            return self.fault(
                path, say("%(field)s is kept sealed, so nothing saved can compare it.", field=field.label)
            )
        return self._compared(field, operator, raw, path)

    def _compared(self, field: Field, operator: Operator, raw: dict[str, Any], path: str) -> Condition | None:
        if operator.takes == "nothing":
            if raw.get("value") is not None:
                return self.fault(
                    _join(path, "value"), say('"%(name)s" stands alone. Leave the value out.', name=operator.name)
                )
            return Leaf(field.name, operator.name)
        taken = TAKES[operator.takes](self, field, operator, raw.get("value"), _join(path, "value"))
        return None if taken is None else Leaf(field.name, operator.name, *taken)

    # --- shapes of values: each gives (value to store, operand), or None after a fault

    def one(self, field: Field, _operator: Operator, raw: Any, path: str) -> tuple[Any, Any] | None:
        if raw is None or raw == "":
            return self.fault(path, later('Enter a value to compare with. To find records without one use "is_empty".'))
        return self._read(path, lambda: operands.one(field, raw, self.zone))

    def many(self, field: Field, operator: Operator, raw: Any, path: str) -> tuple[Any, Any] | None:
        if not isinstance(raw, list) or not raw:
            return self.fault(path, later("Write a list with at least one value here."))
        single = msgspec.structs.replace(field, type="choice") if field.kind == "set" else field
        taken = []
        for index, item in enumerate(raw):
            if not self._within_budget(path):
                return None
            taken.append(self.one(single, operator, item, f"{path}[{index}]"))
        if any(pair is None for pair in taken):
            return None
        once: dict[Any, Any] = {}
        for value, compared in taken:
            once.setdefault(compared, value)
        return list(once.values()), tuple(once)

    def pair(self, field: Field, operator: Operator, raw: Any, path: str) -> tuple[Any, Any] | None:
        if not isinstance(raw, list) or len(raw) != 2:
            return self.fault(path, later("Write two values here: the first and the last."))
        both = [self.one(field, operator, item, f"{path}[{index}]") for index, item in enumerate(raw)]
        if any(pair is None for pair in both):
            return None
        (first, low), (last, high) = both
        if type(low) is type(high) and not isinstance(low, operands.Now) and _key(low) > _key(high):
            return self.fault(path, later("The first value lies after the last. Swap them."))
        return [first, last], (low, high)

    def span(self, _field: Field, operator: Operator, raw: Any, path: str) -> tuple[Any, Any] | None:
        number = self._read(path, lambda: operands.span(raw, operator.takes))
        return None if number is None else (number, number)

    def fragment(self, field: Field, operator: Operator, raw: Any, path: str) -> tuple[Any, Any] | None:
        if raw is None or raw == "":
            return self.fault(path, later("Enter what to look for."))
        return self._read(path, lambda: operands.fragment(field, operator.name, raw))

    def _read(self, path: str, reading: Callable[[], Any]) -> Any:
        try:
            return reading()
        except Unreadable as fault:
            return self.fault(path, fault.message)

    def _within_budget(self, path: str) -> bool:
        self.steps += 1
        if self.steps == STEPS + 1:
            self.fault(
                path,
                say("This condition has more than %(most)s parts. Split it, or make a segment of its own.", most=STEPS),
            )
        return self.steps <= STEPS

    def _no_field(self, name: Any) -> str:
        near = difflib.get_close_matches(str(name)[:60], self.fieldset.names, 1)
        if near:
            return say('There is no field %(name)s here. Did you mean "%(near)s"?', name=echo(name), near=near[0])
        return say("There is no field %(name)s here. Choose another one.", name=echo(name))


TAKES: dict[str, Callable[..., tuple[Any, Any] | None]] = {
    "one": _Visit.one, "many": _Visit.many, "pair": _Visit.pair, "days": _Visit.span, "hours": _Visit.span,
    "fragment": _Visit.fragment,
}  # fmt: skip


def _key(point: Any) -> Any:
    return point.days if isinstance(point, operands.Today) else point


def _no_operator(field: Field, op: Any) -> str:
    if op in ("ne", "not_in", "neq", "!="):
        return say(
            'There is no %(op)s. Put "not" around the comparison; it takes in records without a value.', op=echo(op)
        )
    names = ", ".join(operator.name for operator in operators_for(field))
    said = (
        later("%(field)s can't be compared by %(op)s because it is kept sealed. Use one of: %(names)s")
        if field.sensitive
        else later("%(field)s can't be compared by %(op)s. Use one of: %(names)s")
    )
    return say(said, field=field.label, op=echo(op), names=names)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
