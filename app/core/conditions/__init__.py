"""Conditions: one small JSON language over fields, for filters, segments, scoring, routing and automation.

    {"all": [{"field": "state", "op": "in", "value": ["FL", "GA"]},
             {"not": {"field": "total_debt", "op": "lt", "value": 10000}}]}

`check` takes it from outside, `matches` asks it of one record, `to_sql` of a table, and both agree.
Two-valued: a comparison with a missing value is false, `not` is the plain complement, `is_empty` is explicit.
No regular expressions.
"""

from app.core.conditions.checking import check, parse_json
from app.core.conditions.compile import to_sql
from app.core.conditions.evaluate import matches
from app.core.conditions.operators import OPERATORS, Operator, operators_for
from app.core.conditions.tree import (
    EVERYTHING,
    All,
    Any_,
    Condition,
    ConditionError,
    Leaf,
    Not,
    fields_used,
    leaves,
    to_json,
)
from app.core.conditions.wording import to_chips, to_sentence

__all__ = [
    "EVERYTHING",
    "OPERATORS",
    "All",
    "Any_",
    "Condition",
    "ConditionError",
    "Leaf",
    "Not",
    "Operator",
    "check",
    "fields_used",
    "leaves",
    "matches",
    "operators_for",
    "parse_json",
    "to_chips",
    "to_json",
    "to_sentence",
    "to_sql",
]
