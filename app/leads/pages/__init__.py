"""The pages of leads: list, board, one lead, scoring."""

from typing import Any

from app.leads.pages import export, finding, imports, own_fields, scoring, stages, watching
from app.leads.pages.board import BoardPages
from app.leads.pages.changes import LeadChanges
from app.leads.pages.lead import LeadPages
from app.leads.pages.listing import LeadListPages
from app.leads.pages.many import ManyPages
from app.leads.pages.notes import LeadNotes
from app.leads.pages.rows import RowPages

HANDLERS: list[Any] = [
    LeadListPages,
    ManyPages,
    LeadPages,
    LeadChanges,
    LeadNotes,
    RowPages,
    BoardPages,
    *scoring.HANDLERS,
    *finding.HANDLERS,
    *imports.HANDLERS,
    *export.HANDLERS,
    *stages.HANDLERS,
    *own_fields.HANDLERS,
    *watching.HANDLERS,
]
