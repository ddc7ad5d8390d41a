"""Figures with one definition each, the charts and lists made of them, always from somebody's reach."""

from app.analytics.queries.agents import Numbers, Own, own, team
from app.analytics.queries.behind import Behind, Screen, behind
from app.analytics.queries.figures import FIGURES, Figure, by_bucket, in_slot, today_and_usual, total
from app.analytics.queries.home import Home, Tile, charts, home, needs
from app.analytics.queries.jobs import Stuck, stuck
from app.analytics.queries.scope import View, view, within
from app.analytics.queries.words import figure_label, slot_label

__all__ = [
    "FIGURES",
    "Behind",
    "Figure",
    "Home",
    "Numbers",
    "Own",
    "Screen",
    "Stuck",
    "Tile",
    "View",
    "behind",
    "by_bucket",
    "charts",
    "figure_label",
    "home",
    "in_slot",
    "needs",
    "own",
    "slot_label",
    "stuck",
    "team",
    "today_and_usual",
    "total",
    "view",
    "within",
]
