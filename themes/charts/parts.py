"""How each kind of chart is drawn. Every function puts the chart with the pen and returns how high it became."""

from itertools import accumulate

from themes.charts.data import Chart, Series, written
from themes.charts.pen import Pen, Scale, scale

LETTERS = 42  # stand beside each other under a plot on a phone
LEFT, RIGHT = 0.085, 0.985  # the scale's words stand left of the plot
HIGH, FLOOR, HEIGHT = 18.0, 196.0, 218
ROW, BAR, CUT = 42, 12, 36
CELL = 22.0


def lines(chart: Chart, pen: Pen) -> int:
    axis = _axis(chart, pen, max((value for one in chart.series for value in one.values if value), default=1))
    places = [_point(place, len(chart.labels)) for place in range(len(chart.labels))]
    paths, colour = [], 0
    for one in chart.series:
        colour += not one.dashed
        runs = _runs(one, places, axis)
        css = "chart-before" if one.dashed else f"line-{colour}{' chart-dash' if colour > 3 else ''}"
        alone = not one.dashed and sum(not other.dashed for other in chart.series) == 1
        paths.append((css, runs, FLOOR if alone else None))
    pen.curves(HEIGHT, sorted(paths, key=lambda path: path[0] != "chart-before"))
    _ends(chart, pen, places, axis)
    _labels(chart, pen, places)
    for place, x in enumerate(places):
        half = (RIGHT - LEFT) / max(len(places) - 1, 1) / 2
        _slot(chart, pen, place, max(x - half, 0), 2 * half)
    return HEIGHT


def columns(chart: Chart, pen: Pen) -> int:
    axis = _axis(chart, pen, max((value for one in chart.series for value in one.values if value), default=1))
    slot = (RIGHT - LEFT) / max(len(chart.labels), 1)
    solid = [one for one in chart.series if not one.dashed]
    wide = slot * 0.72 / max(len(solid), 1)
    for place in range(len(chart.labels)):
        x = LEFT + slot * (place + 0.14)
        for nth, one in enumerate(solid):
            _bar(pen, axis, x + wide * nth, wide, _value(one, place), nth + 1)
        for one in chart.series:
            if one.dashed and (value := _value(one, place)):
                pen.line(x - slot * 0.06, axis.y(value), x + slot * 0.78, axis.y(value), "chart-mark")
        _slot(chart, pen, place, LEFT + slot * place, slot)
    _labels(chart, pen, [LEFT + slot * (place + 0.5) for place in range(len(chart.labels))], middle=True)
    return HEIGHT


def stacked(chart: Chart, pen: Pen) -> int:
    sums = [sum(_value(one, place) for one in chart.series) for place in range(len(chart.labels))]
    axis = _axis(chart, pen, max(sums, default=1))
    slot = (RIGHT - LEFT) / max(len(chart.labels), 1)
    for place in range(len(chart.labels)):
        tops = list(accumulate(_value(one, place) for one in chart.series))
        for nth, top in enumerate(tops):
            low = tops[nth - 1] if nth else 0
            if top > low:
                height = axis.y(low) - axis.y(top)
                pen.fill(LEFT + slot * (place + 0.14), axis.y(top), slot * 0.72, max(height - 1, 1), nth + 1)
        _slot(chart, pen, place, LEFT + slot * place, slot)
    _labels(chart, pen, [LEFT + slot * (place + 0.5) for place in range(len(chart.labels))], middle=True)
    return HEIGHT


def bars(chart: Chart, pen: Pen) -> int:
    """Lying bars; a funnel's follow from each other, so they share their colour too."""
    most = max((value for one in chart.series for value in one.values if value), default=1) or 1
    solid = next(one for one in chart.series if not one.dashed)
    before = next((one for one in chart.series if one.dashed), None)
    for place, label in enumerate(chart.labels):
        y, value = place * ROW, _value(solid, place)
        note = solid.notes[place] if place < len(solid.notes) else ""
        pen.text(0, y + 13, label if len(label) <= CUT else f"{label[: CUT - 1]}…", "chart-word")
        figure = written(solid.values[place], chart.unit)
        pen.text(1, y + 13, f"{figure} · {note}" if note else figure, "chart-word chart-figure", "end")
        pen.rect(0, y + 20, 1, BAR, "chart-track")
        pen.rect(0, y + 20, max(value / most, 0.004 if value else 0), BAR, "fill-1")
        if before and (was := _value(before, place)):
            pen.line(min(was / most, 0.998), y + 17, min(was / most, 0.998), y + 35, "chart-mark")
        pen.hit(0, y, 1, ROW - 4, _tip(chart, place), _url(chart, place))
    return len(chart.labels) * ROW - 4


def heat(chart: Chart, pen: Pen) -> int:
    """Labels across, series down; the deeper the more. Every sixth label is written."""
    most = max((value for one in chart.series for value in one.values if value), default=1)
    wide = (1 - LEFT) / max(len(chart.labels), 1)
    for down, one in enumerate(chart.series):
        y = 18 + down * CELL
        pen.text(0, y + 14, one.name)
        for across, label in enumerate(chart.labels):
            value, x = _value(one, across), LEFT + wide * across
            css, depth = (
                ("fill-1", {"fill_opacity": f"{0.12 + 0.88 * value / most:.2f}"}) if value else ("chart-none", {})
            )
            tip = f"{one.name} {label}: {written(value, chart.unit)}"
            if url := one.urls[across] if across < len(one.urls) else "":
                pen.rect(x, y, wide * 0.9, CELL - 3, css, **depth)
                pen.hit(x, y, wide, CELL, tip, url)
            else:  # the cell tells its figure itself: half the marks
                pen.rect(x, y, wide * 0.9, CELL - 3, css, data_tip=tip, **depth)
    for across, label in enumerate(chart.labels):
        if across % 6 == 0:
            pen.text(LEFT + wide * across, 11, label)
    return round(18 + CELL * len(chart.series))


def _axis(chart: Chart, pen: Pen, most: float) -> Scale:
    axis = scale(most or 1, HIGH, FLOOR, whole=chart.unit in ("number", "money", "span"))
    for tick in axis.ticks:
        pen.line(0, axis.y(tick), 1, axis.y(tick), "chart-grid")
        pen.text(0, axis.y(tick) - 4, written(tick, chart.unit, short=True))
    pen.line(0, FLOOR, 1, FLOOR, "chart-grid chart-zero")
    return axis


def _point(place: int, count: int) -> float:
    return (LEFT + RIGHT) / 2 if count < 2 else LEFT + (RIGHT - LEFT) * place / (count - 1)


def _runs(one: Series, places: list[float], axis: Scale) -> list[list[tuple[float, float]]]:
    """The series' points, parted where a figure is missing."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in zip(places, one.values, strict=False):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, axis.y(value)))
    return [run for run in runs if run]


def _ends(chart: Chart, pen: Pen, places: list[float], axis: Scale) -> None:
    """The last figure of each line, told beside it; those that would lie upon each other are left to the table."""
    told: list[float] = []
    colour = 0
    for one in chart.series:
        colour += not one.dashed
        known = [place for place, value in enumerate(one.values[: len(places)]) if value is not None]
        if one.dashed or not known:
            continue
        x, value = places[known[-1]], one.values[known[-1]] or 0
        y = axis.y(value)
        pen.dot(x, y, f"fill-{(colour - 1) % 8 + 1}")
        if all(abs(y - other) > 14 for other in told):
            pen.text(min(x + 0.01, 1), max(y - 8, 11), written(value, chart.unit), "chart-word chart-figure", "end")
            told.append(y)


def _labels(chart: Chart, pen: Pen, places: list[float], *, middle: bool = False) -> None:
    """First, last and a few between: what fits a phone. Bars up to seven are all named."""
    count = len(places)
    fit = max(2, min(5, LETTERS // max(len(label) for label in chart.labels))) if count else 1
    every = max(1, -(-count // fit)) if count > 7 else 1
    for place, x in enumerate(places):
        last = place == count - 1
        if not last and (place % every or count - 1 - place < every):
            continue
        anchor = "middle" if middle or 0 < place < count - 1 else "start" if place == 0 and count > 1 else "end"
        pen.text(x, FLOOR + 16, chart.labels[place], anchor=anchor)


def _bar(pen: Pen, axis: Scale, x: float, wide: float, value: float, series: int) -> None:
    if value:
        pen.fill(x, axis.y(value), wide * 0.94, max(FLOOR - axis.y(value), 1), series)


def _slot(chart: Chart, pen: Pen, place: int, x: float, wide: float) -> None:
    pen.hit(x, HIGH, wide, FLOOR - HIGH, _tip(chart, place), _url(chart, place))


def _tip(chart: Chart, place: int) -> str:
    """Nov 3: Leads 12, the week before 9."""
    named = [f"{one.name} {written(_given(one, place), chart.unit)}" for one in chart.series]
    return f"{chart.labels[place]}: {', '.join(named)}"


def _url(chart: Chart, place: int) -> str:
    return next((one.urls[place] for one in chart.series if place < len(one.urls)), "")


def _given(one: Series, place: int) -> float | None:
    return one.values[place] if place < len(one.values) else None


def _value(one: Series, place: int) -> float:
    return _given(one, place) or 0
