"""Verbs on leads. Whoever calls from a page has found the lead within the person's reach first
(`queries.lead`).
"""

from app.leads.service.bulk import Deed, Done, begin, choices, go_on
from app.leads.service.configure import (
    configure_fields,
    configure_pipelines,
    configure_reasons,
    configure_scoring,
)
from app.leads.service.fading import cool, rescore_chunk
from app.leads.service.own_fields import (
    add_field,
    change_field,
    mirror,
    order_field,
    own_field,
    restore_field,
    retire_field,
)
from app.leads.service.ownership import accept, assign, claim, release
from app.leads.service.pipelines import (
    StageValues,
    add_pipeline,
    add_stage,
    edit_stage,
    empty_stage,
    order_pipeline,
    order_stage,
    rename_pipeline,
    restore_stage,
    retire_stage,
)
from app.leads.service.reasons import add_reason, order_reason, rename_reason, retire_reason
from app.leads.service.removal import delete, restore
from app.leads.service.rows import first_stage, locked, stage_of, stages
from app.leads.service.rules import (
    RuleValues,
    add_rule,
    change_rule,
    delete_rule,
    discard_scoring,
    enable_rule,
    go_back_scoring,
    move_rule,
    place_rule,
    publish_scoring,
    set_thresholds,
)
from app.leads.service.scoring import as_rule, heat_up, live_rules, rescore, score_of, touch_contacted
from app.leads.service.stages import change_stage, demanded, wanting
from app.leads.service.taking_back import undo, undo_rest
from app.leads.service.values import LeadValues, create, minor, update
from app.leads.service.views import ViewValues, change_view, delete_view, order_view, save_view

__all__ = [
    "Deed",
    "Done",
    "LeadValues",
    "RuleValues",
    "StageValues",
    "ViewValues",
    "accept",
    "add_field",
    "add_pipeline",
    "add_reason",
    "add_rule",
    "add_stage",
    "as_rule",
    "assign",
    "begin",
    "change_field",
    "change_rule",
    "change_stage",
    "change_view",
    "choices",
    "claim",
    "configure_fields",
    "configure_pipelines",
    "configure_reasons",
    "configure_scoring",
    "cool",
    "create",
    "delete",
    "delete_rule",
    "delete_view",
    "demanded",
    "discard_scoring",
    "edit_stage",
    "empty_stage",
    "enable_rule",
    "first_stage",
    "go_back_scoring",
    "go_on",
    "heat_up",
    "live_rules",
    "locked",
    "minor",
    "mirror",
    "move_rule",
    "order_field",
    "order_pipeline",
    "order_reason",
    "order_stage",
    "order_view",
    "own_field",
    "place_rule",
    "publish_scoring",
    "release",
    "rename_pipeline",
    "rename_reason",
    "rescore",
    "rescore_chunk",
    "restore",
    "restore_field",
    "restore_stage",
    "retire_field",
    "retire_reason",
    "retire_stage",
    "save_view",
    "score_of",
    "set_thresholds",
    "stage_of",
    "stages",
    "touch_contacted",
    "undo",
    "undo_rest",
    "update",
    "wanting",
]
