"""Reading sequences; people in them only within somebody's reach."""

from app.sequences.queries.library import Card, library
from app.sequences.queries.listing import (
    Line,
    RunLine,
    RunPage,
    StepLine,
    TraceLine,
    labels,
    of_lead,
    open_to_hand,
    run_page,
    runs,
    sequence,
    sequences,
    standing_on,
    steps,
    under_way,
    unpublished,
)
from app.sequences.queries.review import Review, review
from app.sequences.queries.testing import TestLine, tests
from app.sequences.queries.timeline import describe_sequences
from app.sequences.queries.words import LABELS, SIGNS, Words, words

__all__ = [
    "LABELS",
    "SIGNS",
    "Card",
    "Line",
    "Review",
    "RunLine",
    "RunPage",
    "StepLine",
    "TestLine",
    "TraceLine",
    "Words",
    "describe_sequences",
    "labels",
    "library",
    "of_lead",
    "open_to_hand",
    "review",
    "run_page",
    "runs",
    "sequence",
    "sequences",
    "standing_on",
    "steps",
    "tests",
    "under_way",
    "unpublished",
    "words",
]
