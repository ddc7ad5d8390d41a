"""Conditions: one small JSON language over fields, for filters, segments, scoring, routing and automation.

    {"all": [{"field": "state", "op": "in", "value": ["FL", "GA"]}, {"not": {"field": "debt", "op": "lt", "value": 10000}}]}

`matches` says it of one record, `to_sql` of a table, and both agree. Two-valued: a comparison with a missing value is
false, `not` is the plain complement, `is_empty` is explicit.
"""

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

__all__ = [
    "EVERYTHING", "OPERATORS", "All", "Any_", "Condition", "ConditionError", "Leaf", "Not", "Operator", "fields_used",
    "leaves", "operators_for", "to_json",
]  # fmt: skip
