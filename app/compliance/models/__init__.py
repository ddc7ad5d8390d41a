"""The law of contact as values and functions: facts and rules in, verdicts out, no database."""

from app.compliance.models.book import RuleBook, shipped_rules
from app.compliance.models.facts import (
    CHANNELS,
    PURPOSES,
    Attempt,
    Channel,
    Consent,
    Facts,
    Listing,
    OptOut,
    Purpose,
    Reassigned,
    Request,
    Suppression,
    somewhere,
)
from app.compliance.models.gate import decide
from app.compliance.models.periods import keep_until, periods, revocation_deadline
from app.compliance.models.reading import BadRule, parse
from app.compliance.models.rules import Rule
from app.compliance.models.verdict import Count, Refusal, Verdict
from app.compliance.models.words import opt_out_intent

__all__ = [
    "CHANNELS",
    "PURPOSES",
    "Attempt",
    "BadRule",
    "Channel",
    "Consent",
    "Count",
    "Facts",
    "Listing",
    "OptOut",
    "Purpose",
    "Reassigned",
    "Refusal",
    "Request",
    "Rule",
    "RuleBook",
    "Suppression",
    "Verdict",
    "decide",
    "keep_until",
    "opt_out_intent",
    "parse",
    "periods",
    "revocation_deadline",
    "shipped_rules",
    "somewhere",
]
