"""Charts as SVG: no script, no style attribute; on pages as wide as their place, in prints of a given width.

Along the width everything is a share, written as per cent on pages so that letters keep their size at any width; only
curves need a plane of their own (`_plane`), which is stretched while its strokes are not.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from themes.charts import parts
from themes.charts.data import Chart
from themes.charts.pen import Pen

MOST_STOPS = 16  # so many points can be reached with Tab; of more, the table's links
FONT = "Inter, DejaVu Sans, sans-serif"


def drawn(chart: Chart, id: str) -> Markup:
    """The picture for a page. `id` makes its patterns' names its own."""
    pen = Pen(id)
    height = _put(chart, pen)
    stops = len(pen.hits) <= MOST_STOPS
    picture = (
        f'<g role="img" aria-label="{escape(chart.sentence or f"{chart.title}. {chart.subtitle}")}">{pen.picture}</g>'
    )
    return Markup(
        f'<svg class="chart-svg" width="100%" height="{height}" focusable="false">{pen.patterns}{picture}'
        f"<g>{''.join(hit.drawn(stops) for hit in pen.hits)}</g></svg>"
    )


def svg_file(chart: Chart, palette: Mapping[str, str], width: int = 640) -> bytes:
    """The same picture as a file for a print. `palette` has series_1 … series_8, text, muted, line, ground, paper."""
    pen = Pen("p", width)
    height = _put(chart, pen)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{_print_css(palette)}</style>{pen.patterns}{pen.picture}</svg>"
    ).encode()


def _put(chart: Chart, pen: Pen) -> int:
    """Draw with this pen; how high it became."""
    return DRAW[chart.kind](chart, pen)


def _print_css(palette: Mapping[str, str]) -> str:
    series = "".join(
        f".fill-{n}{{fill:{colour}}}.line-{n}{{fill:none;stroke:{colour};stroke-width:2}}"
        for n in range(1, 9)
        for colour in [palette[f"series_{n}"]]
    )
    text = f"text{{font:11px {FONT};fill:{palette['muted']}}}.chart-word{{fill:{palette['text']}}}"
    return (
        f"{text}{series}.chart-grid{{stroke:{palette['line']}}}.chart-zero{{stroke:{palette['muted']}}}"
        f".chart-before{{fill:none;stroke:{palette['muted']};stroke-width:1.5;stroke-dasharray:4 3}}"
        f".chart-mark{{stroke:{palette['text']};stroke-width:2;stroke-dasharray:4 2}}"
        f".chart-track,.chart-none{{fill:{palette['ground']}}}.chart-weave{{stroke:{palette['paper']};stroke-width:1.5}}"
        ".chart-area{fill-opacity:.1}"
    )


DRAW: dict[str, Any] = {
    "lines": parts.lines,
    "columns": parts.columns,
    "stacked": parts.stacked,
    "bars": parts.bars,
    "funnel": parts.bars,
    "heat": parts.heat,
}
