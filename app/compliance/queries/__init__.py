"""Reading rules, lists, refusals, and everything that happened with one number or address."""

from app.compliance.queries.book import (
    LIST_NAMES,
    Happened,
    History,
    ListView,
    RulePage,
    StateRules,
    contacts_with,
    describe_compliance,
    entries,
    history,
    lists,
    rule,
    rules_by_state,
)
from app.compliance.queries.log import RefusedByRule, contact_names, refusals, refused_by_rule

__all__ = [
    "LIST_NAMES",
    "Happened",
    "History",
    "ListView",
    "RefusedByRule",
    "RulePage",
    "StateRules",
    "contact_names",
    "contacts_with",
    "describe_compliance",
    "entries",
    "history",
    "lists",
    "refusals",
    "refused_by_rule",
    "rule",
    "rules_by_state",
]
