"""A condition in words, as filter chips and rule lists show it: "State is FL or GA and debt over $10,000"."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from functools import reduce
from typing import Any, Literal

import msgspec

from app.core.conditions.operands import Me, Now, Today
from app.core.conditions.operators import OPERATORS
from app.core.conditions.tree import All, Condition, Leaf, Not
from app.core.fields import Field, FieldSet, format_value, in_sentence
from themes.catalogue import later, say, say_many
from themes.formats import listed

SHOWN = 4  # values of a long list


def to_sentence(condition: Condition, fieldset: FieldSet, *, locale: str = "en_US", zone: tzinfo = UTC) -> str:
    """One sentence without a full stop. Masked where a field is sensitive."""
    words = _Words(fieldset, locale, zone)
    return _capital(words.of(condition, inner=False))


def to_chips(condition: Condition, fieldset: FieldSet, *, locale: str = "en_US", zone: tzinfo = UTC) -> list[str]:
    """One sentence for each part that must be true, so that each can be taken away by itself."""
    parts = condition.parts if isinstance(condition, All) else (condition,)
    return [to_sentence(part, fieldset, locale=locale, zone=zone) for part in parts]


class _Words:
    def __init__(self, fieldset: FieldSet, locale: str, zone: tzinfo) -> None:
        self.fieldset, self.locale, self.zone = fieldset, locale, zone

    def of(self, condition: Condition, *, inner: bool) -> str:
        if isinstance(condition, Leaf):
            return self.leaf(condition)
        if isinstance(condition, Not):
            return self.negated(condition.part)
        if not condition.parts:
            return say("everything")
        if len(condition.parts) == 1:
            return self.of(condition.parts[0], inner=inner)
        both = later("%(first)s and %(second)s") if isinstance(condition, All) else later("%(first)s or %(second)s")
        parts = [self.of(part, inner=True) for part in condition.parts]
        joined = reduce(lambda first, second: say(both, first=first, second=second), parts)
        return f"({joined})" if inner else joined

    def negated(self, part: Condition) -> str:
        if isinstance(part, Leaf):
            return self.leaf(part, negated=True)
        return say("not (%(condition)s)", condition=self.of(part, inner=False))

    def leaf(self, leaf: Leaf, *, negated: bool = False) -> str:
        field, operator = self.fieldset.get(leaf.field), OPERATORS[leaf.op]
        label = leaf.field if field is None else in_sentence(say(field.label))
        phrase = operator.negated if negated else operator.phrase
        return f"{label} {say(phrase).format(*self._values(field, leaf, negated))}"

    def _values(self, field: Field | None, leaf: Leaf, negated: bool) -> list[str]:
        takes = OPERATORS[leaf.op].takes
        if takes == "nothing":
            return []
        if takes == "days":
            return [say_many("day", "%(count)s days", leaf.operand)]
        if takes == "hours":
            return [say_many("hour", "%(count)s hours", leaf.operand)]
        if takes == "fragment" or field is None:
            return [f'"{leaf.value}"'] if takes != "pair" else [str(value) for value in leaf.value]
        if takes == "pair":
            return [self._value(field, value) for value in leaf.operand]
        if takes == "one":
            return [self._value(field, leaf.operand, leaf.value)]
        return [self._listed(field, leaf, "and" if leaf.op == "has_all" else "or")]

    def _listed(self, field: Field, leaf: Leaf, last: Literal["and", "or"]) -> str:
        names = [self._value(field, operand, value) for operand, value in zip(leaf.operand, leaf.value, strict=True)]
        if len(names) > SHOWN:
            names = [*names[: SHOWN - 1], say("%(count)s more", count=len(names) - SHOWN + 1)]
        return listed(names, last)

    def _value(self, field: Field, operand: Any, written: Any = None) -> str:
        for kind, spoken in SPOKEN.items():
            if isinstance(operand, kind):
                return spoken(operand)
        if field.kind == "set" or field.kind == "choice":
            return field.label_of(operand) if field.type not in ("state", "country") else str(operand)
        if field.kind == "words":
            return format_value(field, written, self.locale, self.zone)
        if isinstance(operand, date) and not isinstance(operand, datetime):
            field = _as_day(field)
        text = format_value(field, operand, self.locale, self.zone)
        return text.removesuffix(".00") if field.type == "money" else text


def _as_day(field: Field) -> Field:
    return msgspec.structs.replace(field, type="date")


def _from_today(point: Today) -> str:
    if abs(point.days) <= 1:
        return say({0: later("today"), -1: later("yesterday"), 1: later("tomorrow")}[point.days])
    said = later("%(count)s days ago") if point.days < 0 else later("%(count)s days from now")
    return say(said, count=abs(point.days))


SPOKEN: dict[type, Callable[[Any], str]] = {Today: _from_today, Now: lambda _: say("now"), Me: lambda _: say("me")}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
