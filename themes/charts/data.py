"""What a chart shows, apart from how it is drawn."""

from collections.abc import Sequence
from typing import Literal, TypeVar, get_args

import msgspec
from babel import numbers

from themes import formats
from themes.catalogue import say
from themes.view import current

Kind = Literal["lines", "columns", "stacked", "bars", "funnel", "heat"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Found = TypeVar("Found")
Unit = Literal["number", "money", "percent", "span"]
LEAST = 30  # under so many cases a share is told with its n


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """One measure over the chart's labels. `urls` are the lists behind the figures, "" where there is none.

    `notes` are words beside a figure ("38% of all"). A dashed series is what the others are compared with.
    """

    name: str
    values: list[float | None]
    urls: list[str] = []
    notes: list[str] = []
    dashed: bool = False


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """`title` is the finding, `subtitle` measure · period · zone, `how` says how the figure is counted.

    lines      a point per label and series, from zero
    columns    standing bars from zero; a dashed series is a mark across each
    stacked    standing bars, one series upon another
    bars       lying bars, one per label; a dashed series is a mark across each
    funnel     lying bars of things that follow from each other
    heat       labels across (hours), one series per line (weekdays)

    `n` is how many cases stand behind it and `least` how many it takes to be drawn at all: under that the chart says
    "not enough data". Money is in minor units, a share is of one, a span in seconds.
    """

    kind: Kind
    title: str
    subtitle: str
    labels: list[str]
    series: list[Series]
    head: str = ""  # what the labels are, over the first column of the table
    unit: Unit = "number"
    sentence: str = ""  # for screen readers; title and subtitle where left out
    how: str = ""
    empty: str = ""  # what to say where nothing happened
    n: int | None = None
    least: int = 1

    @property
    def enough(self) -> bool:
        return self.n is None or self.n >= self.least

    @property
    def blank(self) -> bool:
        """Nothing but zeros and gaps."""
        return not any(value for one in self.series for value in one.values)


class Row(msgspec.Struct, frozen=True):
    """A line of "Show as table": the label, then a (text, url, note) for each series."""

    label: str
    cells: list[tuple[str, str, str]]


def rows_of(chart: Chart) -> list[Row]:
    """The same figures as a table."""
    return [
        Row(label, [(written(_at(one.values, place), chart.unit), _at(one.urls, place) or "", _at(one.notes, place) or "")
                    for one in chart.series])
        for place, label in enumerate(chart.labels)
    ]  # fmt: skip


def _at(values: Sequence[Found], place: int) -> Found | None:
    return values[place] if place < len(values) else None


def written(value: float | None, unit: Unit, *, short: bool = False) -> str:
    """A figure in words of the viewer's locale; `short` is for scales (1.2K). A gap is a dash."""
    if value is None:
        return "–"
    if unit == "money":
        return _short_money(value) if short else formats.money(round(value), short=True)
    if unit == "percent":
        return formats.percent(value, 0 if value == 0 or value >= 0.1 else 1)
    if unit == "span":
        return span(value)
    if short and abs(value) >= 1000:
        return numbers.format_compact_decimal(value, fraction_digits=1, locale=current().locale)
    return formats.number(value, 0 if float(value).is_integer() else 1)


def _short_money(value: float) -> str:
    digits = numbers.get_currency_precision(current().currency)
    return numbers.format_compact_currency(
        value / 10**digits, current().currency, fraction_digits=0 if value < 100_000 else 1, locale=current().locale
    )


def span(seconds: float) -> str:
    """45 s · 12 min · 3 h 20 min · 2 days."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return say("%(n)s s", n=round(seconds))
    if minutes < 60:
        return say("%(n)s min", n=minutes)
    if minutes < 48 * 60:
        return say("%(h)s h %(m)s min", h=minutes // 60, m=minutes % 60)
    return say("%(n)s days", n=formats.number(minutes / 1440, 1))
