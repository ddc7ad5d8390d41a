"""Routing: tables, rules as data, and the pure choice of an owner."""

from app.routing.models.choice import Ask, Candidate, Choice, Trace, choose
from app.routing.models.rules import STEPS, STRATEGIES, Fallback, Rule, Step, moved, new_rule, placed, read_rules
from app.routing.models.tables import Decision, LeadOffer, RuleSet
from app.routing.models.telling import Told, told, told_choice
from app.routing.models.turns import next_turn

__all__ = [
    "STEPS",
    "STRATEGIES",
    "Ask",
    "Candidate",
    "Choice",
    "Decision",
    "Fallback",
    "LeadOffer",
    "Rule",
    "RuleSet",
    "Step",
    "Told",
    "Trace",
    "choose",
    "moved",
    "new_rule",
    "next_turn",
    "placed",
    "read_rules",
    "told",
    "told_choice",
]
