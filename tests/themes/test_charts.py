"""Charts as drawings: true to their figures, told in words, the same on a page and in a print."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from jinja2 import Template

from tests.themes import chart_samples
from tests.themes.kitchen import NOW, environment
from themes.charts import Chart, Series, drawn, rows_of, svg_file, written
from themes.charts.pen import scale
from themes.tokens import Brand, print_palette
from themes.view import viewing

MACRO = '{% import "ui/kit.html" as ui %}{{ ui.chart(one, "c1") }}'


@pytest.fixture(autouse=True)
def view() -> Iterator[None]:
    with viewing({"now": NOW}, lambda: NOW):
        yield


def shown(chart: Chart) -> str:
    template: Template = environment().from_string(MACRO)
    return template.render(one=chart)


def of(*values: float | None, **more: object) -> Chart:
    series = [Series(name="Leads", values=list(values))]
    return Chart(
        kind="columns", title="T", subtitle="S", labels=[str(n) for n in range(len(values))], series=series, **more
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("chart", chart_samples.every(), ids=lambda chart: f"{chart.kind}: {chart.title}")
def test_every_kind_is_well_formed_on_pages_and_in_prints(chart: Chart) -> None:
    ElementTree.fromstring(f'<x xmlns:a="b">{drawn(chart, "c1")}</x>')
    picture = svg_file(chart, print_palette(Brand(colour="#0f5f8c"))).decode()
    ElementTree.fromstring(picture)
    assert "%" not in re.sub(r">[^<]*<", "><", picture), "a print has a width of its own"
    assert " style=" not in shown(chart)


def test_bars_start_at_zero_and_are_as_high_as_their_figures() -> None:
    picture = str(drawn(of(10, 20, 0), "c1"))
    heights = [float(found) for found in re.findall(r'class="fill-1"[^/]*height="([\d.]+)"', picture)]
    assert len(heights) == 2
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)


@pytest.mark.parametrize(("most", "top"), [(1, 1), (3, 3), (47, 60), (100, 100), (0.38, 0.4), (12_345, 15_000)])
def test_a_scale_ends_at_a_round_figure_above(most: float, top: float) -> None:
    found = scale(most, 0, 100, whole=most >= 1)
    assert found.top == pytest.approx(top)
    assert 1 <= len(found.ticks) <= 4


def test_the_table_has_the_figures_of_the_picture_with_their_lists() -> None:
    chart = chart_samples.lines()
    assert rows_of(chart)[3].cells[0] == ("30", "/agent/leads?day=3", "")
    page = shown(chart)
    assert page.count('href="/agent/leads?day=3"') == 2, "once in the picture, once in the table"
    assert "Show as table" in page and "How this is counted" in page


def test_few_points_are_stops_of_the_tab_key_and_many_are_not() -> None:
    assert 'tabindex="-1"' in drawn(chart_samples.lines(), "c1")
    assert 'tabindex="-1"' not in drawn(chart_samples.columns(), "c1")


def test_too_few_cases_are_told_instead_of_drawn_and_few_with_their_number() -> None:
    assert "Not enough data: 3 so far, 10 are needed." in shown(of(3, n=3, least=10))
    assert "<rect" not in shown(of(3, n=3, least=10))
    assert "n = 12" in shown(of(12, n=12, least=10))
    assert "Nothing in this period." in shown(of(0, 0))


def test_a_gap_parts_a_line() -> None:
    chart = Chart(
        kind="lines", title="T", subtitle="S", labels=list("abcd"), series=[Series(name="x", values=[1, None, 3, 4])]
    )
    assert str(drawn(chart, "c1")).count('class="line-1"') == 2


def test_words_of_others_stay_words() -> None:
    evil = Chart(
        kind="bars",
        title="T",
        subtitle="S",
        labels=['<b>"x"'],
        series=[Series(name="<i>", values=[1], urls=["/x?a=1&b=2"])],
    )
    page = shown(evil)
    assert "<b>" not in page and "<i>" not in page
    assert "/x?a=1&amp;b=2" in page


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1234, "number", "1,234"), (123450, "money", "$1,235"), (0.384, "percent", "38%"), (42, "span", "42 s"),
     (720, "span", "12 min"), (12_000, "span", "3 h 20 min"), (None, "number", "–")],
)  # fmt: skip
def test_figures_read_as_everywhere(value: float | None, unit: str, said: str) -> None:
    assert written(value, unit) == said  # type: ignore[arg-type]
