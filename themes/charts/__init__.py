"""Charts made on the server: one description of the figures, one drawing of it for pages, prints and mails.

A room describes a `Chart`; pages show it with `ui/charts.html`, prints with `svg_file`. Why not a script: decision 0027.
"""

from themes.charts.data import KINDS, LEAST, Chart, Kind, Row, Series, Unit, rows_of, written
from themes.charts.draw import drawn, svg_file

__all__ = ["KINDS", "LEAST", "Chart", "Kind", "Row", "Series", "Unit", "drawn", "rows_of", "svg_file", "written"]
