"""Leads, their stages, score rules and saved views; and the arithmetic of score and heat."""

from app.leads.models import heat, scoring
from app.leads.models.books import GOING, KEPT_EXPORT, KEPT_IMPORT, SPECIAL, STEPS, ImportRow, LeadFile, Plan
from app.leads.models.fields import LEAD_COLUMNS, LEAD_FIELDS
from app.leads.models.tables import Lead, Pipeline, SavedView, ScoreRule, ScoreSet, Stage
from app.leads.models.verbs import Verb, declare_verb, declared_verbs

__all__ = [
    "GOING",
    "KEPT_EXPORT",
    "KEPT_IMPORT",
    "LEAD_COLUMNS",
    "LEAD_FIELDS",
    "SPECIAL",
    "STEPS",
    "ImportRow",
    "Lead",
    "LeadFile",
    "Pipeline",
    "Plan",
    "SavedView",
    "ScoreRule",
    "ScoreSet",
    "Stage",
    "Verb",
    "declare_verb",
    "declared_verbs",
    "heat",
    "scoring",
]
