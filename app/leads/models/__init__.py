"""Leads, their stages, score rules and saved views; and the arithmetic of score and heat."""

from app.leads.models import heat, scoring
from app.leads.models.fields import LEAD_COLUMNS, LEAD_FIELDS
from app.leads.models.tables import Lead, Pipeline, SavedView, ScoreRule, Stage
from app.leads.models.verbs import Verb, declare_verb, declared_verbs

__all__ = [
    "LEAD_COLUMNS",
    "LEAD_FIELDS",
    "Lead",
    "Pipeline",
    "SavedView",
    "ScoreRule",
    "Stage",
    "Verb",
    "declare_verb",
    "declared_verbs",
    "heat",
    "scoring",
]
