"""Sequences as data: their steps, what follows what, when a wait ends, what starts and stops them; and
the tables.
"""

from app.sequences.models.program import Node, lay
from app.sequences.models.steps import (
    KINDS,
    CallTask,
    Email,
    If,
    MoveStage,
    Notify,
    Placed,
    SetField,
    Sms,
    Step,
    ToDo,
    Wait,
    kind_of,
    numbered,
    read,
    walk,
    write,
)
from app.sequences.models.tables import Sequence, SequenceRun, SequenceTrace, SequenceVersion
from app.sequences.models.triggers import ABOUT, EVENTS, STOPS, Stops, Trigger

__all__ = [
    "ABOUT",
    "EVENTS",
    "KINDS",
    "STOPS",
    "CallTask",
    "Email",
    "If",
    "MoveStage",
    "Node",
    "Notify",
    "Placed",
    "Sequence",
    "SequenceRun",
    "SequenceTrace",
    "SequenceVersion",
    "SetField",
    "Sms",
    "Step",
    "Stops",
    "ToDo",
    "Trigger",
    "Wait",
    "kind_of",
    "lay",
    "numbered",
    "read",
    "walk",
    "write",
]
