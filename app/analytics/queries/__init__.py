"""Figures with one definition each, the charts and lists made of them, always from somebody's reach."""

from app.analytics.queries.agents import Numbers, Own, own, team
from app.analytics.queries.behind import Behind, Screen, behind
from app.analytics.queries.figures import FIGURES, Figure, by_bucket, today_and_usual, total
from app.analytics.queries.home import Home, Tile, charts, home, needs
from app.analytics.queries.jobs import Stuck, stuck
from app.analytics.queries.scope import View, view, within
from app.analytics.queries.words import figure_label

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
    "needs",
    "own",
    "stuck",
    "team",
    "today_and_usual",
    "total",
    "view",
    "within",
]
