"""Pages of sequences: the list, one sequence and its steps, who is in it, and the panel on a lead's page."""

from typing import Any

from app.sequences.pages.admin import SequencePages
from app.sequences.pages.hooks import HookPages
from app.sequences.pages.library import LibraryPages
from app.sequences.pages.runs import LeadSequencePages, RunPages
from app.sequences.pages.steps import StepPages

HANDLERS: list[Any] = [SequencePages, LibraryPages, StepPages, HookPages, RunPages, LeadSequencePages]
