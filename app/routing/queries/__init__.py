"""Reading what routing rests on, what it decided, and somebody's queue."""

from app.routing.queries.brief import Brief, brief
from app.routing.queries.queue import Queue, Tiles, calling, just_taken, offered_until, queue, tiles
from app.routing.queries.routing import (
    candidates,
    decisions_of,
    last_lead,
    moves,
    rule_set,
    rules_of,
    situation,
    speed_to_lead,
    touched,
    versions,
    what_if,
)
from app.routing.queries.simulation import Simulation, simulate

__all__ = [
    "Brief",
    "Queue",
    "Simulation",
    "Tiles",
    "brief",
    "calling",
    "candidates",
    "decisions_of",
    "just_taken",
    "last_lead",
    "moves",
    "offered_until",
    "queue",
    "rule_set",
    "rules_of",
    "simulate",
    "situation",
    "speed_to_lead",
    "tiles",
    "touched",
    "versions",
    "what_if",
]
