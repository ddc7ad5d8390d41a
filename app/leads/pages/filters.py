"""The form that adds one part to a condition: for the list's filter and for a score rule."""

from typing import Any

import msgspec

from app.core import conditions
from app.core.conditions import Operator
from app.core.errors import NotFound
from app.core.fields import Field, FieldSet
from themes.catalogue import say

AMOUNTS, AT_LEAST = frozenset(("money", "integer", "decimal", "percent")), "gte"


class FilterForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form that adds one part: first the field is chosen, then how it is compared."""

    choices: dict[str, list[tuple[str, str]]]
    field: Field | None
    operators: list[tuple[str, str]]
    op: str
    value: list[str]
    open: bool


def filter_form(fieldset: FieldSet, given: Any, *, every: bool = False) -> FilterForm:
    """`filter` or `field` in the address opens the form at that field. `every` offers also what SQL can't
    look up.
    """
    name = given.get("field") or given.get("filter") or ""
    field = fieldset.get(name)
    field = field if field is not None and (field.filterable or every) else None
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in fieldset if every else fieldset.filterable:
        groups.setdefault(one.group.replace("_", " ").capitalize(), []).append((one.name, one.label))
    asked = str(given.get("op") or "").removeprefix("not_")
    operators = [pair for one in _offered(field, asked) for pair in _phrases(one)] if field else []
    value = list(given.getall("value", [])) if hasattr(given, "getall") else []
    return FilterForm(
        choices=groups,
        field=field,
        operators=operators,
        op=given.get("op") or (AT_LEAST if field is not None and field.type in AMOUNTS else ""),
        value=value,
        open="filter" in given or field is not None,
    )


def filter_of(fieldset: FieldSet, part: dict[str, Any]) -> FilterForm:
    """The form filled in with one part of a condition. Raises NotFound when its field is gone."""
    inner = part.get("not", part)
    if fieldset.get(inner["field"]) is None:
        raise NotFound
    value = inner.get("value")
    texts = [str(one) for one in value] if isinstance(value, list) else [] if value is None else [str(value)]
    form = filter_form(
        fieldset, {"field": inner["field"], "op": f"not_{inner['op']}" if "not" in part else inner["op"]}
    )
    return msgspec.structs.replace(form, value=texts)


def _offered(field: Field, asked: str) -> list[Operator]:
    """“is” once: of one value where a comma may stand in it, else of any of several; or the one that was chosen before."""
    usual = "eq" if field.kind in ("words", "number") else "in"
    twins = {"eq", "in"} - {asked if asked in ("eq", "in") else usual}
    found = conditions.operators_for(field)
    several = {"eq", "in"} <= {one.name for one in found}
    return [one for one in found if not (several and one.name in twins)]


def _phrases(operator: Operator) -> list[tuple[str, str]]:
    """An operator as choices; its opposite too where people look for it."""
    words = [(operator.name, operator.phrase)]
    if operator.name in ("eq", "in", "contains", "has_any", "is_empty"):
        words.append((f"not_{operator.name}", operator.negated))
    return [(name, _bare(say(phrase))) for name, phrase in words]


def _bare(phrase: str) -> str:
    """Without the value that stands beside it; of two values, their places."""
    return phrase.removesuffix(" {}") if phrase.count("{}") == 1 else phrase.replace("{}", "…")


def part_from(name: str, op: str, values: list[str]) -> dict[str, Any]:
    """What the filter's form sent as a part of a condition: lists split at commas, spans as numbers."""
    operator = conditions.OPERATORS.get(op.removeprefix("not_"))
    takes = operator.takes if operator else "one"
    given = [value.strip() for value in values if value.strip()]
    part: dict[str, Any] = {"field": name, "op": op.removeprefix("not_")}
    if takes in ("many", "pair"):
        part["value"] = [piece.strip() for value in given for piece in value.split(",") if piece.strip()]
    elif takes in ("days", "hours"):
        part["value"] = int(given[0]) if given and given[0].isdecimal() and len(given[0]) < 9 else "".join(given)
    elif takes != "nothing":
        part["value"] = given[0] if given else ""
    return {"not": part} if op.startswith("not_") else part
