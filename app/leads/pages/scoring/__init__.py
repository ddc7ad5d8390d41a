"""Scoring: all rules of the draft beside what is live, and one rule."""

from app.leads.pages.scoring.rule import RulePages
from app.leads.pages.scoring.rules import ScoringPages

HANDLERS = [ScoringPages, RulePages]
