"""Verbs on leads. Whoever calls from a page has found the lead within the person's reach first
(`queries.lead`).
"""

from app.leads.service.bulk import Deed, Done, begin, go_on
from app.leads.service.configure import configure_fields, configure_pipelines, configure_scoring
from app.leads.service.fading import cool, rescore_chunk
from app.leads.service.ownership import accept, assign, claim, release
from app.leads.service.removal import delete, restore
from app.leads.service.rows import first_stage, locked, stages
from app.leads.service.scoring import heat_up, live_rules, rescore, score_of, touch_contacted
from app.leads.service.stages import change_stage, demanded
from app.leads.service.undo import undo, undo_rest
from app.leads.service.values import LeadValues, create, minor, update

__all__ = [
    "Deed",
    "Done",
    "LeadValues",
    "accept",
    "assign",
    "begin",
    "change_stage",
    "claim",
    "configure_fields",
    "configure_pipelines",
    "configure_scoring",
    "cool",
    "create",
    "delete",
    "demanded",
    "first_stage",
    "go_on",
    "heat_up",
    "live_rules",
    "locked",
    "minor",
    "release",
    "rescore",
    "rescore_chunk",
    "restore",
    "score_of",
    "stages",
    "touch_contacted",
    "undo",
    "undo_rest",
    "update",
]
