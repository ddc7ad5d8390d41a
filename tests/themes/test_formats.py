"""How things read: the forms of the house style, in the viewer's locale and zone."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup

from themes import formats, marks
from themes.terms import term
from themes.view import viewing

NOW = datetime(2026, 12, 4, 19, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def view() -> Iterator[None]:
    with viewing(
        {"now": NOW, "terms": {"lead": "Intake", "agent": {"one": "Debt advisor", "other": "Debt advisors"}}},
        lambda: NOW,
    ):
        yield


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda: formats.money(123450), "$1,234.50"),
        (lambda: formats.money(123450, short=True), "$1,235"),
        (lambda: formats.money(-2000), "−$20.00"),
        (lambda: formats.money(-2000, short=True), "−$20"),
        (lambda: formats.money(5000, "JPY"), "¥5,000"),
        (lambda: formats.money(None), ""),
        (lambda: formats.number(12400), "12,400"),
        (lambda: formats.number(-3.25, 1), "−3.2"),
        (lambda: formats.percent(0.123), "12%"),
        (lambda: formats.percent(0.1234, 1), "12.3%"),
        (lambda: formats.phone("+17275550142"), "(727) 555-0142"),
        (lambda: formats.phone("+442079460958"), "+44 20 7946 0958"),
        (lambda: formats.phone("call me"), "call me"),
        (lambda: formats.phone(None), ""),
        (lambda: formats.moment(NOW), "Fri, Dec 4, 2:30 pm"),
        (lambda: formats.moment(NOW, named=True), "Fri, Dec 4, 2:30 pm Eastern"),
        (lambda: formats.moment(NOW, "America/Los_Angeles"), "Fri, Dec 4, 11:30 am Pacific"),
        (lambda: formats.moment(datetime(2025, 3, 1, 12, tzinfo=UTC)), "Sat, Mar 1, 2025, 7:00 am"),
        (lambda: formats.day(date(2026, 12, 4)), "Fri, Dec 4"),
        (lambda: formats.clock_time(NOW), "2:30 pm"),
        (lambda: formats.duration(245), "4:05"),
        (lambda: formats.duration(4800), "1 h 20 min"),
        (lambda: formats.filesize(38_400_000), "38 MB"),
        (lambda: formats.filesize(1_240_000), "1.2 MB"),
        (lambda: formats.filesize(12), "1 kB"),
    ],
)
def test_the_forms_of_the_house(given: Callable[[], str], said: str) -> None:
    assert given() == said


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(seconds=40), "in a moment"),
        (timedelta(minutes=-12, seconds=-30), "12 min ago"),
        (timedelta(hours=3, minutes=5), "in 3 h"),
        (timedelta(hours=-23, minutes=-59), "23 h ago"),
        (timedelta(days=-2), "Wed, Dec 2"),
        (timedelta(days=400), "Sat, Jan 8, 2028"),
    ],
)
def test_relative_under_a_day_a_date_beyond(apart: timedelta, said: str) -> None:
    assert formats.relative(NOW + apart) == said


def test_a_relative_time_tells_the_exact_one_too() -> None:
    assert formats.when(NOW - timedelta(minutes=5)) == Markup(
        '<time datetime="2026-12-04T19:25:00Z" title="Fri, Dec 4, 2:25 pm Eastern" data-relative>5 min ago</time>'
    )


def test_other_locales_read_their_own_way() -> None:
    with viewing({"now": NOW, "locale": "es_US", "zone": "America/Chicago"}, lambda: NOW):
        assert formats.day(NOW) == "vie, 4 de dic"
        assert formats.money(123450) == "$1,234.50"


def test_words_stand_in_a_row_as_a_reader_of_the_language_writes_them() -> None:
    assert [formats.listed(["a", "b", "c"][:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert formats.listed(["a", "b", "c"], last="or") == "a, b or c"
    with viewing({"locale": "es_US"}, lambda: NOW):
        assert formats.listed(["a", "b", "c"]) == "a, b y c"
        assert formats.listed(["a", "b"], last="or") == "a o b"


def test_words_of_the_tenant() -> None:
    assert term("lead") == "Intake"
    assert term("lead", 3, lower=True) == "intakes"
    assert term("lead", article=True, lower=True) == "an intake"
    assert term("agent", plural=True) == "Debt advisors"
    assert term("client", 1) == "Client"
    with pytest.raises(KeyError):
        term("unicorn")


def test_initials() -> None:
    assert [marks.avatar_initials(name) for name in ("Dana Reyes", "zoë", "Ana María del Río", "", None, "(x) Li")] == [
        "DR",
        "Z",
        "AR",
        "?",
        "?",
        "L",
    ]


def test_a_sparkline_starts_at_zero_and_needs_two_values() -> None:
    drawn = marks.sparkline([0, 5, 10])
    assert drawn.line == "M0.0,30.0L50.0,16.0L100.0,2.0"
    assert marks.sparkline([3]).line == ""
    assert marks.sparkline([2, 2]).line == "M0.0,2.0L100.0,2.0"


@pytest.mark.parametrize(("value", "filled"), [(0, 0), (49.6, 50), (100, 100), (180, 100), (-5, 0)])
def test_a_ring_is_filled_by_share(value: float, filled: int) -> None:
    assert marks.ring(value) == filled
    assert marks.ring(value * 8, 800) == filled
