"""Verbs on leads. Whoever calls from a page has found the lead within the person's reach first
(`queries.lead`).
"""

from app.leads.service.bulk import Deed, Done, begin, go_on
from app.leads.service.configure import configure_fields, configure_pipelines, configure_scoring
from app.leads.service.fading import cool, rescore_chunk
from app.leads.service.ownership import accept, assign, claim, release
from app.leads.service.removal import delete, restore
from app.leads.service.rows import first_stage, locked, stages
from app.leads.service.rules import RuleValues, add_rule, change_rule, delete_rule, enable_rule, move_rule
from app.leads.service.scoring import as_rule, heat_up, live_rules, rescore, score_of, touch_contacted
from app.leads.service.stages import change_stage, demanded
from app.leads.service.taking_back import undo, undo_rest
from app.leads.service.values import LeadValues, create, minor, update
from app.leads.service.views import ViewValues, delete_view, save_view

__all__ = [
    "Deed",
    "Done",
    "LeadValues",
    "RuleValues",
    "ViewValues",
    "accept",
    "add_rule",
    "as_rule",
    "assign",
    "begin",
    "change_rule",
    "change_stage",
    "claim",
    "configure_fields",
    "configure_pipelines",
    "configure_scoring",
    "cool",
    "create",
    "delete",
    "delete_rule",
    "delete_view",
    "demanded",
    "enable_rule",
    "first_stage",
    "go_on",
    "heat_up",
    "live_rules",
    "locked",
    "minor",
    "move_rule",
    "release",
    "rescore",
    "rescore_chunk",
    "restore",
    "save_view",
    "score_of",
    "stages",
    "touch_contacted",
    "undo",
    "undo_rest",
    "update",
]
