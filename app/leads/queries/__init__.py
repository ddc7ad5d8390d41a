"""Reading leads, always from somebody's reach."""

from app.leads.queries.effect import Effect, effect
from app.leads.queries.kanban import CARDS, Column, board, column, days_in_stage, pipelines
from app.leads.queries.listing import (
    COUNT_CAP,
    Asked,
    LeadRow,
    Screen,
    both,
    columns_of,
    count,
    matching_ids,
    neighbours,
    row,
    screen,
)
from app.leads.queries.one import (
    LeadPage,
    LocalTime,
    contact_names,
    declare_hidden,
    last_change,
    lead_page,
    leads_of,
    local_times,
    names,
    newest,
    open_leads,
    people_names,
    recent,
    score_history,
)
from app.leads.queries.order import DEFAULT_SORT, SORTS
from app.leads.queries.progress import Progress, progress
from app.leads.queries.reach import lead, visible
from app.leads.queries.scoring import rules, score_set, score_versions, touched, written_rules
from app.leads.queries.setup import PipelineLines, StageLine, pipeline_lines, reasons, stage_names
from app.leads.queries.tabs import View, views
from app.leads.queries.timeline import describe_leads, spoken
from app.leads.queries.uses import Use, uses

__all__ = [
    "CARDS",
    "COUNT_CAP",
    "DEFAULT_SORT",
    "SORTS",
    "Asked",
    "Column",
    "Effect",
    "LeadPage",
    "LeadRow",
    "LocalTime",
    "PipelineLines",
    "Progress",
    "Screen",
    "StageLine",
    "Use",
    "View",
    "board",
    "both",
    "column",
    "columns_of",
    "contact_names",
    "count",
    "days_in_stage",
    "declare_hidden",
    "describe_leads",
    "effect",
    "last_change",
    "lead",
    "lead_page",
    "leads_of",
    "local_times",
    "matching_ids",
    "names",
    "neighbours",
    "newest",
    "open_leads",
    "people_names",
    "pipeline_lines",
    "pipelines",
    "progress",
    "reasons",
    "recent",
    "row",
    "rules",
    "score_history",
    "score_set",
    "score_versions",
    "screen",
    "spoken",
    "stage_names",
    "touched",
    "uses",
    "views",
    "visible",
    "written_rules",
]
