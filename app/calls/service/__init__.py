"""Calling somebody, following the call, saying what came of it, and taking that back."""

from app.calls.service.configure import (
    configure_outcomes,
    configure_scripts,
    move_outcome,
    retire_outcome,
    save_goals,
    save_outcome,
    save_script,
)
from app.calls.service.following import note_status, receive_call
from app.calls.service.outcomes import Logged, OutcomeValues, log_call, set_outcome
from app.calls.service.placing import hang_up, locked, place, recorded, save_notes
from app.calls.service.taking_back import undo_outcome

__all__ = [
    "Logged",
    "OutcomeValues",
    "configure_outcomes",
    "configure_scripts",
    "hang_up",
    "locked",
    "log_call",
    "move_outcome",
    "note_status",
    "place",
    "receive_call",
    "recorded",
    "retire_outcome",
    "save_goals",
    "save_notes",
    "save_outcome",
    "save_script",
    "set_outcome",
    "undo_outcome",
]
