"""Holidays, business days, deadlines, retention."""

from datetime import date, timedelta

import holidays as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.compliance.models import keep_until, periods, revocation_deadline
from app.compliance.models.holidays import easter, holiday, holidays
from app.compliance.models.periods import add_months, business_days_after
from tests.compliance.cases import EAST, HAWAII, at, utc

YEARS = range(2021, 2041)


@pytest.mark.parametrize("year", YEARS)
def test_federal_holidays_agree_with_the_holidays_library(year: int) -> None:
    expected = set(library.country_holidays("US", years=year, categories=("public",)))
    ours = holidays("US", year)
    assert set(ours) == {day for day in expected if day.year == year}


@pytest.mark.parametrize("state", ["AL", "LA", "MS", "NE", "PA", "RI", "UT"])
def test_no_holiday_of_a_state_with_a_ban_is_missing(state: str) -> None:
    """Ours may be more, since in doubt a day is closed; a day that the library knows must be there."""
    for year in YEARS:
        known = library.country_holidays("US", subdiv=state, years=year)
        missing = {day: name for day, name in known.items() if day.year == year and not holiday(state, day)}
        assert not missing, missing


def test_a_state_without_a_list_keeps_the_federal_days() -> None:
    assert holidays("OH", 2026) == holidays("US", 2026)
    assert set(holidays("LA", 2026)) > set(holidays("US", 2026))


def test_new_year_s_day_of_a_saturday_is_kept_in_the_old_year() -> None:
    assert holiday("US", date(2027, 12, 31)) == "New Year's Day"
    assert holiday("US", date(2026, 12, 31)) is None


def test_juneteenth_has_a_beginning() -> None:
    assert holiday("US", date(2020, 6, 19)) is None
    assert holiday("US", date(2021, 6, 18)) == "Juneteenth"


@pytest.mark.parametrize(("year", "day"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))])
def test_easter(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("received", "last"),
    [
        (at(EAST, 2026, 8, 3, 12), date(2026, 8, 17)),
        (at(EAST, 2026, 8, 1, 12), date(2026, 8, 14)),  # a Saturday
        (at(EAST, 2026, 11, 20, 12), date(2026, 12, 7)),  # Thanksgiving between
        (at(EAST, 2026, 12, 18, 23, 59), date(2027, 1, 5)),  # Christmas and New Year's Day between
    ],
)
def test_the_deadline_of_an_opt_out_is_ten_business_days(received: object, last: date) -> None:
    assert revocation_deadline(received, EAST) == last  # type: ignore[arg-type]


def test_the_deadline_counts_from_the_local_day() -> None:
    late = utc(2026, 8, 4, 3)  # Monday evening in New York, Monday afternoon in Hawaii
    assert revocation_deadline(late, EAST) == revocation_deadline(late, HAWAII) == date(2026, 8, 17)
    assert revocation_deadline(utc(2026, 8, 4, 12), EAST) == date(2026, 8, 18)


@given(st.dates(date(2021, 1, 1), date(2039, 1, 1)), st.integers(1, 30))
def test_business_days_are_open_days_in_their_number(day: date, count: int) -> None:
    last = business_days_after(day, count)
    between = [day + timedelta(days=n) for n in range(1, (last - day).days + 1)]
    open_days = [each for each in between if each.weekday() < 5 and not holiday("US", each)]
    assert len(open_days) == count
    assert open_days[-1] == last


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (utc(2026, 1, 31), 1, utc(2026, 2, 28)),
        (utc(2024, 1, 31), 1, utc(2024, 2, 29)),
        (utc(2025, 2, 5), 18, utc(2026, 8, 5)),
        (utc(2026, 11, 30), 3, utc(2027, 2, 28)),
        (utc(2026, 12, 15), 0, utc(2026, 12, 15)),
        (utc(2024, 2, 29), 120, utc(2034, 2, 28)),
    ],
)
def test_months_later(start: object, months: int, end: object) -> None:
    assert add_months(start, months) == end  # type: ignore[arg-type]


def test_periods_are_cited_and_records_are_kept_five_years() -> None:
    assert all(period.source and period.says and period.confidence in "PSK" for period in periods().values())
    assert keep_until(utc(2026, 8, 5), "call-records") == utc(2031, 8, 5)
    assert keep_until(utc(2026, 8, 5), "opt-out-records") == utc(2036, 8, 5)
    assert (periods()["scrub"].amount, periods()["revocation"].amount) == (31, 10)
