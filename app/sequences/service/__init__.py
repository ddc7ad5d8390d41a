"""Verbs on sequences and runs."""

from app.sequences.service.checking import faults, step_faults
from app.sequences.service.configure import configure_sequences, shipped, take
from app.sequences.service.definitions import (
    SequenceValues,
    archive,
    change,
    clear,
    create,
    pause,
    turn_on,
    wake,
)
from app.sequences.service.hook_trials import Tried
from app.sequences.service.hook_trials import ask as try_hook
from app.sequences.service.hook_trials import last as last_try
from app.sequences.service.hooks import message
from app.sequences.service.runs import pause_run, resume_run, skip, start, stop
from app.sequences.service.standing import Standing, resume
from app.sequences.service.standing import everything as standings
from app.sequences.service.starting import add_leads, add_one, consider, due_leads, enter, look, look_all
from app.sequences.service.stepping import refused_late, resend, step
from app.sequences.service.steps import (
    add_step,
    change_secret,
    change_step,
    delete_step,
    keep_arm,
    move_step,
    put_step,
    restore_steps,
    secret_of,
    undo_step,
)
from app.sequences.service.stopping import stop_at_stage, stop_for

__all__ = [
    "SequenceValues",
    "Standing",
    "Tried",
    "add_leads",
    "add_one",
    "add_step",
    "archive",
    "change",
    "change_secret",
    "change_step",
    "clear",
    "configure_sequences",
    "consider",
    "create",
    "delete_step",
    "due_leads",
    "enter",
    "faults",
    "keep_arm",
    "last_try",
    "look",
    "look_all",
    "message",
    "move_step",
    "pause",
    "pause_run",
    "put_step",
    "refused_late",
    "resend",
    "restore_steps",
    "resume",
    "resume_run",
    "secret_of",
    "shipped",
    "skip",
    "standings",
    "start",
    "step",
    "step_faults",
    "stop",
    "stop_at_stage",
    "stop_for",
    "take",
    "try_hook",
    "turn_on",
    "undo_step",
    "wake",
]
